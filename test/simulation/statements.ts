/** What a script of the engine does to a modelled host, statement by statement. What is not known here is an error: a model that
 *  passed over a statement would prove nothing. */

export type Statement =
  | { readonly kind: "sim"; readonly words: readonly string[] }
  | {
      readonly kind: "check";
      readonly folder: string;
      readonly number: number;
      readonly token: string;
      /** The shell is written down as one that works under the lock. */
      readonly isNoted: boolean;
    }
  /** For people, or what nothing depends on: it can fail, and leaves nothing that matters. */
  | { readonly kind: "room" }
  /** `isNew`: it must not be there. */
  | { readonly kind: "folder"; readonly path: string; readonly isNew: boolean }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "write"; readonly path: string; readonly text: string }
  | {
      readonly kind: "trusted";
      readonly save: string;
      readonly sum: string;
      readonly own: readonly Statement[];
    }
  | { readonly kind: "move"; readonly from: string; readonly to: string }
  /** Names those whose script was run and is put aside. */
  | { readonly kind: "back"; readonly folder: string; readonly changes: readonly string[] };

/** One script, by the wrapper that it came in. */
export type Understood =
  | { readonly form: "plain"; readonly act: readonly Statement[] }
  /** A file on its way to the host. */
  | { readonly form: "transfer"; readonly act: readonly Statement[] }
  | {
      readonly form: "change";
      readonly before: readonly Statement[];
      readonly act: readonly Statement[];
      /** Whatever came of it. */
      readonly after: readonly Statement[];
    }
  | {
      readonly form: "revert";
      readonly before: readonly Statement[];
      readonly act: readonly Statement[];
      readonly look: readonly Statement[];
    }
  | {
      readonly form: "lock";
      readonly folder: string;
      readonly token: string;
      readonly owner: readonly string[];
      readonly own: readonly string[];
    }
  | {
      readonly form: "beat";
      readonly folder: string;
      readonly number: number;
      readonly token: string;
      readonly aheadS: number;
    }
  | {
      readonly form: "release";
      readonly folder: string;
      readonly number: number;
      readonly token: string;
      /** Of a lock that was given back already it says nothing. */
      readonly knowsGone: boolean;
      /** Where a script of the run is at work it does not give it back. */
      readonly isCareful: boolean;
    };

const change =
  /^\(\nset -e\numask 077\n([\s\S]*?)\n\)\nif \[ \$\? -eq 0 \]; then\n([\s\S]*)\nkmend_code=\$\?\nelse\necho [^\n]*\nkmend_code=1\nfi\n([\s\S]*)\n\(exit \$kmend_code\)$/;
const revert =
  /^\( ([\s\S]*?)\n\( (?!umask)([\s\S]*?)\n\) && (\{ \[ ! -f [\s\S]*?; \})\n\) >&2\nkmend_code=\$\?\nif \[ \$kmend_code -ne 0 \]; then .*\nelse\n([\s\S]*)\nfi$/;
const beat = /^\(\n(kmend_token=[\s\S]*?\nfi)\numask 077\nprintf [\s\S]*date \+%s\) \+ (\d+)\)\)" > .*\n\)$/;
const release =
  /^\(\nfolder=(\S+)\nnumber=(\d+)\n(\[ -e .* exit 0\n)?(:|folder=[\s\S]*?at_work; then .*)\nkmend_token=[\s\S]*?"\$kmend_token" != (\S+) \]/;

export function understand(script: string): Understood {
  if (script.includes("\ntries=0\n")) return lock(script);
  const beats = beat.exec(script);
  if (beats) return { form: "beat", ...checkOf(beats[1] ?? ""), aheadS: Number(beats[2]) };
  const releases = release.exec(script);
  if (releases) {
    const [, folder = "", number, gone, careful, token = ""] = releases;
    const [knowsGone, isCareful] = [gone !== undefined, careful !== ":"];
    return { form: "release", folder, number: Number(number), token, knowsGone, isCareful };
  }
  const changes = change.exec(script);
  if (changes) {
    const [, before = "", act = "", after = ""] = changes;
    return { form: "change", before: statements(before), act: statements(act), after: statements(after) };
  }
  const reverts = revert.exec(script);
  if (reverts)
    return {
      form: "revert",
      before: statements(reverts[1] ?? ""),
      act: statements(`${reverts[2]}\n${reverts[3]}`),
      look: statements(reverts[4] ?? ""),
    };
  // What is somebody else's is kept before it is overwritten: of cells there is nothing to keep.
  if (/^\(\numask 077\nmkdir -p \S+\/theirs-\S+ \|\| exit\n/.test(script))
    return { form: "plain", act: [{ kind: "room" }] };
  return { form: "plain", act: statements(script) };
}

function lock(script: string): Understood {
  const folder = /^folder=(\S+)$/m.exec(script)?.[1] ?? "";
  const token = /^token=(\S+)$/m.exec(script)?.[1] ?? "";
  const owner = words(/^printf '%s\n' "\$token" (.*) "\$boot"/m.exec(script)?.[1] ?? "");
  const own = words(/^ +for run in (.*); do \[/m.exec(script)?.[1] ?? "");
  return { form: "lock", folder, token, owner, own };
}

const checks =
  /kmend_token=\n.*read -r kmend_token < (\S+)\/lock-(\d+); \}.*\nif \[ "\$kmend_token" != (\S+) \].*; then\n.*\n.*exit 1\nfi(\n\[ -e \S+\/shell-\S+ \] \|\| \(\n[\s\S]*?\n\) \|\| :)?(?:\n|$)/y;

function checkOf(text: string): Pick<Statement & { kind: "check" }, "folder" | "number" | "token"> {
  checks.lastIndex = 0;
  const [, folder = "", number, token = ""] = checks.exec(text) ?? [];
  return { folder, number: Number(number), token };
}

type Form = readonly [RegExp, (found: readonly string[]) => readonly Statement[]];

const forms: readonly Form[] = [
  [
    checks,
    ([, folder = "", number, token = "", noted]) => [
      { kind: "check", folder, number: Number(number), token, isNoted: noted !== undefined },
    ],
  ],
  [/sim (.*)(?:\n|$)/y, ([, rest = ""]) => [{ kind: "sim", words: words(rest) }]],
  [
    /mkdir (-p )?(\S+)(?:\n|$)/y,
    ([, parents, path = ""]) => [{ kind: "folder", path, isNew: parents === undefined }],
  ],
  [/rm -rf (\S+)(?:\n|$)/y, ([, path = ""]) => [{ kind: "remove", path }]],
  // What bringing it again will need is kept before it is taken back.
  [
    /\( umask 077\n(mkdir -p \S+) &&\n(.*)\n\) \|\| \{ echo .*; exit 1; \}(?:\n|$)/y,
    ([, folder = "", keep = ""]) => [...statements(folder), ...statements(keep)],
  ],
  [/(?::|#.*|set -e|umask 077)?(?:\n|$)/y, () => []],
  // RUN/revert.sh is for people: no script of kmend runs it.
  [
    /if \[ ! -f \S+ \]; then\ncat > [\s\S]*?\nKMEND_END_*\nchmod 700 .*\nfi(?:\n|$)/y,
    () => [{ kind: "room" }],
  ],
  [/printf '%s\\n' .* >> \S+(?:\n|$)/y, () => [{ kind: "room" }]],
  [
    /cat > (\S+) <<'(KMEND_END_*)'\n([\s\S]*?)\2(?:\n|$)/y,
    ([, path = "", , text = ""]) => [{ kind: "write", path, text }],
  ],
  [
    /kmend_found=missing\nfor kmend_script in (\S+)\/revert\.sh .*\n[\s\S]*?"\$kmend_found" = (\w+) \][\s\S]*?\necho "kmend-script .*\n([\s\S]*?)(?=\n\{ \[ ! -f|$)/y,
    ([, save = "", sum = "", own = ""]) => [{ kind: "trusted", save, sum, own: statements(own) }],
  ],
  [
    /\{ \[ ! -f \S+ \] \|\| mv (\S+) (\S+); \}(?:\n|$)/y,
    ([, from = "", to = ""]) => [{ kind: "move", from, to }],
  ],
  [
    /for change in (.*); do\n {2}if \[ -f (\S+)\/"\$change"\/reverted\.sh \].*\ndone(?:\n|$)/y,
    ([, changes = "", folder = ""]) => [{ kind: "back", folder, changes: words(changes) }],
  ],
];

/** @throws Error naming what the model does not know */
export function statements(text: string): readonly Statement[] {
  const found: Statement[] = [];
  let at = 0;
  while (at < text.length) {
    const next = read(text, at);
    if (!next) throw new Error(`the modelled host does not know this: ${text.slice(at, at + 300)}`);
    found.push(...next.found);
    at = next.end;
  }
  return found;
}

function read(
  text: string,
  at: number,
): { readonly found: readonly Statement[]; readonly end: number } | null {
  for (const [form, make] of forms) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match && match[0] !== "") return { found: make(match), end: at + match[0].length };
  }
  return null;
}

/** As `quote` wrote them. */
function words(text: string): string[] {
  return [...text.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, bare]) => bare ?? (quoted ?? "").replaceAll("'\\''", "'"),
  );
}
