/** Scalars whose type is written: `!!int "5"`, `!!str 5`, `!unsafe "{{ x }}"`. */

import type { Place } from "../../problem/problem.ts";
import { Float, type Value } from "../values.ts";
import { plainFloat, plainInt, plainScalar } from "./plain-scalar.ts";
import { yamlProblem } from "./yaml-problem.ts";

export function taggedScalar(tag: string, text: string, place: Place): Value {
  const wrong = (kind: string) => yamlProblem(`"${text}" is not ${kind}`, place);
  switch (tag.replace("tag:yaml.org,2002:", "!!")) {
    case "!unsafe":
    case "!!str":
    case "!!timestamp":
      return text;
    case "!!binary":
      return Buffer.from(text, "base64").toString("utf8");
    case "!!null":
      return null;
    case "!!int": {
      const value = plainInt(text);
      if (value === undefined) throw wrong("an int");
      return value;
    }
    case "!!float": {
      const whole = plainInt(text);
      const value = plainFloat(text) ?? (whole === undefined ? undefined : new Float(Number(whole)));
      if (value === undefined) throw wrong("a float");
      return value;
    }
    case "!!bool": {
      const value = plainScalar(text);
      if (typeof value !== "boolean") throw wrong("a boolean");
      return value;
    }
    default:
      throw yamlProblem(`the tag ${tag} is not known here`, place);
  }
}
