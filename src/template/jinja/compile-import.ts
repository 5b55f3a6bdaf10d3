/** `include`, `import` and `from ... import`. */

import { onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { asValue, PyObject } from "../python/py-object.ts";
import { isList, Tuple, Undefined, type Value } from "../values.ts";
import { compileExpression } from "./compile-expression.ts";
import type { Execute } from "./execute.ts";
import { Frame } from "./frame.ts";
import { Output } from "./output.ts";
import type { Program } from "./program.ts";
import type { Run } from "./run.ts";
import { raisedAt } from "./syntax-error.ts";
import type { Statement } from "./tree.ts";

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

const maxDepth = 50;
let depth = 0;

export function compileInclude(node: Of<"include">): Execute {
  const template = compileExpression(node.template);
  return located(node.at, (frame, output) => {
    const program = find(frame.run, template(frame), node.ignoreMissing);
    if (!program) return;
    deeper(() => program.render(frame.run, output, node.withContext ? frame.child() : outside(frame)));
  });
}

export function compileImport(node: Of<"import">): Execute {
  const template = compileExpression(node.template);
  return located(node.at, (frame) => {
    const exported = importFrom(frame, template(frame), node.withContext);
    frame.set(node.name, asValue(new TemplateModule(exported)));
  });
}

export function compileFrom(node: Of<"from">): Execute {
  const template = compileExpression(node.template);
  return located(node.at, (frame) => {
    const exported = importFrom(frame, template(frame), node.withContext);
    for (const [name, as] of node.names)
      frame.set(
        as,
        exported.get(name) ??
          new Undefined(name, `the template does not export the requested name '${name}'`),
      );
  });
}

function located(at: number, act: (frame: Frame, output: Output) => void): Execute {
  return (frame, output) => {
    try {
      act(frame, output);
    } catch (error) {
      throw raisedAt(error, at);
    }
    return undefined;
  };
}

function importFrom(frame: Frame, name: Value, withContext: boolean): ReadonlyMap<string, Value> {
  const program = find(frame.run, name, false);
  if (!program) throw templateError("no template to import from");
  return deeper(() =>
    program.render(frame.run, new Output(), withContext ? frame.child() : outside(frame)),
  ).own();
}

/** A frame that sees nothing of the template around it. */
function outside(frame: Frame): Frame {
  return new Frame(frame.run.withoutVariables());
}

function deeper<Result>(act: () => Result): Result {
  if (depth >= maxDepth) throw templateError("templates include each other too deeply");
  depth++;
  try {
    return act();
  } finally {
    depth--;
  }
}

/** A list of names stands for the first that exists. */
function find(run: Run, name: Value, ignoreMissing: boolean): Program | undefined {
  const names = isList(name) ? name : name instanceof Tuple ? name.items : [name];
  const texts = names.map((each) => onlyText(each, "the template's name"));
  for (const text of texts) {
    const program = run.load(text);
    if (program) return program;
  }
  if (ignoreMissing) return undefined;
  throw templateError(
    texts.length === 1
      ? `template '${texts[0]}' was not found`
      : `none of the templates given were found: ${texts.join(", ")}`,
  );
}

/** What `import x as m` names `m`. */
class TemplateModule extends PyObject {
  readonly typeName = "TemplateModule";
  readonly #exported: ReadonlyMap<string, Value>;

  constructor(exported: ReadonlyMap<string, Value>) {
    super();
    this.#exported = exported;
  }

  override attribute(name: string): Value | undefined {
    return this.#exported.get(name);
  }

  text(): string {
    return "<TemplateModule>";
  }
}
