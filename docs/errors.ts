/** Brings the table of problem codes in docs/errors.md up to date with the sources: `node docs/errors.ts`. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const page = join(import.meta.dirname, "errors.md");
const [begin, end] = ["<!-- made by docs/errors.ts -->", "<!-- until here -->"];

/** Where a code stands in a source: as a property, as a finding's first argument, as a failure's last. */
const forms = [
  /code: (?:[a-z]+ \? )?"([a-z]+(?:-[a-z]+)*)"/g,
  /code: [a-z]+ \? "[a-z-]+" : "([a-z-]+)"/g,
  /code = "([a-z]+(?:-[a-z]+)*)"/g,
  /\.?(?:error|warn|problem)\(\s*(?:\w+,\s*)?"([a-z]+(?:-[a-z]+)+)"/g,
  /,\s*"([a-z]+(?:-[a-z]+)+)",?\s*\)/g,
];

/** The page with the codes and rooms of the sources; a meaning stands as somebody wrote it, and is empty for a new code. */
export function upToDatePage(): string {
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
  const meanings = new Map(
    [...text.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (.*?) ?\|$/gm)].map((row) => [row[1], row[2]]),
  );
  const rows = [...roomsByCode()].map(
    ([code, rooms]) => `| \`${code}\` | ${rooms.join(", ")} | ${meanings.get(code) ?? ""} |`,
  );
  return `${before}${begin}\n\n${["| code | room | when |", "| --- | --- | --- |", ...rows].join("\n")}\n\n${after}`;
}

function roomsByCode(): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const path of globSync("src/*/**/*.ts", { cwd: root })) {
    const source = readFileSync(join(root, path), "utf8");
    if (!/Problem|KmendError|loading|unreachable/.test(source)) continue;
    for (const code of forms.flatMap((form) => [...source.matchAll(form)].map(([, code = ""]) => code)))
      found.set(code, (found.get(code) ?? new Set()).add(path.split("/")[1] ?? ""));
  }
  return new Map(
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, rooms]) => [code, [...rooms].sort()]),
  );
}

if (import.meta.main) writeFileSync(page, upToDatePage());
