/** The pages: what is made from the sources is up to date, and what they link to is there. */

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { compatibilityPage } from "../../docs/generate.ts";

const root = join(import.meta.dirname, "../..");
const pages = ["*.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

t.test("docs/compatibility.md is what `node docs/generate.ts` makes", async (t) =>
  t.equal(textOf("docs/compatibility.md"), compatibilityPage()),
);

t.test("every relative link leads somewhere", async (t) => {
  for (const page of pages)
    for (const [, target = ""] of textOf(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)/g))
      t.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
});

t.test("every path of the sources that a page names in code is there", async (t) => {
  for (const page of pages)
    for (const [, path = ""] of textOf(page).matchAll(
      /`((?:src|test|docs|demo|bench|playbooks)\/[\w./-]+)`/g,
    ))
      t.ok(existsSync(join(root, path)), `${page}: ${path}`);
});
