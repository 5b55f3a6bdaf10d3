/** docs/tutorial.md, typed from its first command to its last on one lab: what the page says comes out, comes out. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { shownText } from "../../docs/terminal/screen.ts";
import { typeInto } from "../../docs/terminal/session.ts";
import { stateFolder } from "../../src/journal/journal.ts";
import { down, whatIsMissing } from "../../src/lab/lab.ts";
import { plainEnvironment } from "../environment.ts";
import { consoleBlocks, notAsSaid } from "./console-blocks.ts";

const root = join(import.meta.dirname, "../..");
/** Wide enough that no line of the page is wrapped: a reader's terminal may be of any width. */
const columns = 240;

t.test("`…` stands for any text of a line, and alone for any number of lines", async (t) => {
  const said = ["one", "…", "th…ee", "…"];
  t.equal(notAsSaid(said, ["one", "two", "thrree"]), null);
  t.equal(notAsSaid(said, ["one", "three", "four", "five"]), null);
  t.equal(notAsSaid(said, ["one", "two"]), "th…ee");
  t.equal(notAsSaid(said, ["none", "three"]), "one");
  t.equal(notAsSaid(["one"], ["one", "two"]), "end");
  t.equal(notAsSaid(["one", "two"], ["one"]), "two");
  t.equal(notAsSaid(["a.c"], ["abc"]), "a.c");
});

const page = consoleBlocks(await readFile(join(root, "docs/tutorial.md"), "utf8"));
const cannot = whatIsMissing();

t.test("docs/tutorial.md", { skip: cannot ?? false, timeout: 280_000 }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), "kmend-tutorial-"));
  const state = join(home, ".local/state/kmend");
  t.teardown(async () => {
    await down({ state, name: "lab" });
    await rm(home, { recursive: true });
  });
  const ran = await typeInto(
    page.map(({ command }) => command),
    { columns, rows: 40, cwd: root, env: newcomer(home), timeoutMs: 240_000 },
  );
  t.ok(page.length > 20);
  for (const [i, { command, expected, line }] of page.entries()) {
    const [one, asks] = [ran[i], page[i + 1]?.command === "echo $?"];
    const text = one ? await shownText(one.chunks, columns) : "";
    const wrong = notAsSaid(expected, text === "" ? [] : text.split("\n"));
    t.equal(wrong, null, `line ${line}: ${command}`, { came: text.split("\n") });
    // What fails on purpose is followed by a look at its exit code; a scan that finds a leak ends with 3.
    const usual = command.startsWith("kmend scan") ? [0, 3] : [0];
    if (!asks) t.ok(usual.includes(one?.status ?? -1), `line ${line}: its exit code`);
    t.comment(`${((one?.tookMs ?? 0) / 1000).toFixed(1)} s  ${command.split("\n")[0]}`);
  }
});

/** Somebody who has never used kmend, but for the lab's image: it is shared, as making it takes minutes. */
function newcomer(home: string): NodeJS.ProcessEnv {
  const cache = process.env["KMEND_LAB_CACHE"] ?? join(stateFolder(undefined, process.env), "lab", "cache");
  return { ...plainEnvironment(), HOME: home, KMEND_LAB_CACHE: cache };
}
