/** Pictures in the pages: there, with words for who does not see them, small together, and none left over. */

import { globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import t from "tap";

const root = join(import.meta.dirname, "../..");
const pages = ["*.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: root }));
const shown = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), "utf8");
  const marked = [...text.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, alt = "", file = ""]) => ({
    alt,
    file,
  }));
  const tagged = [...text.matchAll(/<img\b[^>]*>/g)].map(([tag]) => ({
    alt: /alt="([^"]*)"/.exec(tag)?.[1] ?? "",
    file: /src="([^"]*)"/.exec(tag)?.[1] ?? "",
  }));
  return [...marked, ...tagged].map(({ alt, file }) => ({
    page,
    alt,
    file: relative(root, join(root, dirname(page), file)),
  }));
});

/** What some readers get in place of one: it has the same words. */
const instead = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/<source[^>]* srcset="([^"]+)"/g)].map(
    ([, file = ""]) => relative(root, join(root, dirname(page), file)),
  ),
);

t.test("each is there, and told in words", async (t) => {
  for (const { page, alt, file } of shown) {
    t.ok(statSync(join(root, file), { throwIfNoEntry: false })?.isFile(), `${page}: ${file}`);
    t.ok(alt.split(" ").length > 8, `${page}: ${file}: ${alt}`);
  }
  t.ok(shown.length >= 4);
});

t.test("all of docs/pictures is shown, and is less than 400 KB", async (t) => {
  const files = globSync("docs/pictures/*", { cwd: root });
  const used = new Set([...shown.map(({ file }) => file), ...instead]);
  t.strictSame(files.sort(), [...used].sort());
  const size = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  t.ok(size < 400_000, `${size} bytes`);
});

t.test("README leads to every page", async (t) => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  for (const page of globSync("docs/*.md", { cwd: root })) t.ok(text.includes(`](${page})`), page);
});
