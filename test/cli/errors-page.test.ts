import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { upToDatePage } from "../../docs/errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");

t.test(
  "docs/errors.md has every code of the sources and no other (node docs/errors.ts brings it up to date)",
  async (t) => t.equal(page, upToDatePage()),
);

t.test("each code says when it comes", async (t) => t.notMatch(page, /^\| `.* \| +\|$/m));
