/** What a template printed, piece by piece, and how the pieces become its result. */

import { defined } from "../python/convert.ts";
import { deepCopy } from "../python/deep-copy.ts";
import { literal } from "../python/literal.ts";
import { isObject } from "../python/py-object.ts";
import { str } from "../python/text.ts";
import { LenientUndefined, Undefined, type Value } from "../values.ts";

export class Output {
  /** Set for templates that change lists and dicts in place: what was printed must not change with them. */
  copiesValues = false;
  readonly pieces: Value[] = [];

  text(text: string): void {
    this.pieces.push(text);
  }

  /** A printed value: None prints nothing, Undefined is an error here at the latest. */
  value(value: Value): void {
    if (value === null) this.pieces.push("");
    else if (typeof value === "object" && value instanceof Undefined && !(value instanceof LenientUndefined))
      defined(value);
    else this.pieces.push(this.copiesValues ? deepCopy(value) : value);
  }

  /** All pieces as one text. */
  joined(): string {
    if (this.pieces.length === 1) return str(this.pieces[0] as Value);
    let text = "";
    for (const piece of this.pieces) text += typeof piece === "string" ? piece : str(piece);
    return text;
  }

  /** The result in native mode: a lone value keeps its type, text that is written like a literal becomes it. */
  native(): Value {
    const [only] = this.pieces;
    if (this.pieces.length === 1 && only !== undefined && (typeof only !== "string" || isObject(only)))
      return only;
    const text = this.joined();
    const value = literal(text);
    if (value === undefined) return text;
    return typeof value === "string" ? text[0] + value + text[0] : value;
  }
}
