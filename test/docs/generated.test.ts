/** The pages: what is made from the sources is up to date, and what they link to is there. */

import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { generatedPages } from "../../docs/generate.ts";
import { findModule } from "../../src/modules/modules.ts";
import { loadPlaybook } from "../../src/playbook/playbook.ts";

const root = join(import.meta.dirname, "../..");
const pages = ["*.md", "docs/**/*.md", "examples/**/*.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .sort();
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

t.test("what `node docs/generate.ts` makes is up to date, and nothing else is there", async (t) => {
  const made = await generatedPages();
  for (const [path, text] of made) t.equal(textOf(`docs/${path}`), text, path);
  const manual = [...made.keys()].filter((path) => path.startsWith("man/"));
  t.strictSame(globSync("man/*", { cwd: join(root, "docs") }).sort(), manual.sort());
});

t.test("every relative link leads somewhere", async (t) => {
  for (const page of pages)
    for (const [, target = ""] of textOf(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)/g))
      t.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
});

t.test("every path of the sources that a page names in code is there", async (t) => {
  for (const page of pages)
    for (const [, path = ""] of textOf(page).matchAll(
      /`((?:src|test|docs|demo|bench|examples|playbooks)\/[\w./-]+)`/g,
    ))
      t.ok(existsSync(join(root, path)), `${page}: ${path}`);
});

t.test("docs/journal.md has every event, and no other", async (t) => {
  const typed = /export interface Events \{\n(.*?)\n\}\n/s.exec(textOf("src/journal/events.ts"))?.[1] ?? "";
  const events = [...typed.matchAll(/^ {2}"([a-z]+:[a-z-]+)":/gm)].map(([, name = ""]) => name);
  const rows = [...textOf("docs/journal.md").matchAll(/^\| (`[a-z]+:.*?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
  t.ok(events.length > 20);
  t.strictSame(rows.sort(), events.sort());
});

t.test("the playbook of docs/rolling-out.md loads", async (t) => {
  const [example = ""] = /(?:^ {4}.*\n)+/m.exec(textOf("docs/rolling-out.md")) ?? [];
  const path = join(t.testdir({}), "example.yml");
  writeFileSync(path, example.replaceAll(/^ {4}/gm, ""));
  const [play] = loadPlaybook(path, { catalogue: { find: findModule } }).plays;
  t.equal(play?.maxFailHosts?.value, 3);
  t.equal(play?.gate.length, 1);
});
