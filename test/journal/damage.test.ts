/** Whatever happens to a journal's file is found when it is read, and named by its line. */

import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { createFileStore, type Damage, type RecordedRun, type Store } from "../../src/journal/journal.ts";

interface Kept {
  readonly store: Store;
  readonly run: string;
  readonly file: string;
  /** Its lines, without their ends. */
  readonly lines: string[];
}

/** A run of five events, one of which keeps a text apart. */
async function keptRun(t: Test): Promise<Kept> {
  const store = createFileStore(t.testdir({}));
  const journal = await store.create();
  await journal.write("run:started", {
    format: 2,
    run: journal.run,
    kmend: "0",
    command: "run",
    playbooks: ["site.yml"],
    inventories: [],
    check: false,
    diff: false,
    options: {},
  });
  const $blob = await journal.keep(Buffer.from("kept apart"));
  journal.note("change:applied", {
    change: "000001",
    host: "a",
    output: { code: 0, stdout: { $blob }, stderr: "" },
  });
  for (const text of ["one", "two"]) journal.note("message:said", { level: "info", text });
  await journal.write("run:ended", { exitCode: 0, recap: {}, seconds: 1 });
  await journal.close();
  const file = join(journal.folder, "journal.jsonl");
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return { store, run: journal.run, file, lines };
}

type Harm = (lines: string[]) => string;
const whole = (lines: string[]): string => `${lines.join("\n")}\n`;

const harms: Readonly<Record<string, { harm: Harm; found: [number, Damage["kind"]][]; left: number[] }>> = {
  nothing: { harm: whole, found: [], left: [1, 2, 3, 4, 5] },
  "a torn last line": {
    harm: (lines) => whole(lines).slice(0, -20),
    found: [[5, "torn"]],
    left: [1, 2, 3, 4],
  },
  "a word that was changed": {
    harm: (lines) => whole(lines).replace('"one"', '"won"'),
    found: [[3, "altered"]],
    left: [1, 2, 4, 5],
  },
  "a flipped bit that leaves no JSON": {
    harm: (lines) => whole(lines.with(2, `\u007f${lines[2]?.slice(1)}`)),
    found: [[3, "unreadable"]],
    left: [1, 2, 4, 5],
  },
  "a line that was taken out": {
    harm: (lines) => whole(lines.toSpliced(2, 1)),
    found: [[3, "missing"]],
    left: [1, 2, 4, 5],
  },
  "two lines that changed places": {
    harm: (lines) => whole([...lines.slice(0, 2), lines[3] ?? "", lines[2] ?? "", ...lines.slice(4)]),
    found: [
      [3, "missing"],
      [4, "misplaced"],
    ],
    left: [1, 2, 4, 5],
  },
  "a line that stands there twice": {
    harm: (lines) => whole(lines.toSpliced(2, 0, lines[1] ?? "")),
    found: [[3, "misplaced"]],
    left: [1, 2, 3, 4, 5],
  },
  "a sum that was changed": {
    harm: (lines) => whole(lines).replace(/"sum":"[0-9a-f]{16}"\}\n$/, '"sum":"0000000000000000"}\n'),
    found: [[5, "altered"]],
    left: [1, 2, 3, 4],
  },
  "a sum that was taken away": {
    harm: (lines) => whole(lines.with(3, lines[3]?.replace(/,"sum":"[0-9a-f]+"/, "") ?? "")),
    found: [[4, "altered"]],
    left: [1, 2, 3, 5],
  },
  "the beginning of another run": {
    harm: (lines) => whole(lines.with(0, lines[0]?.replace(/"kmend":"0"/, '"kmend":"1"') ?? "")),
    found: [[1, "altered"]],
    left: [2, 3, 4, 5],
  },
};

for (const [name, { harm, found, left }] of Object.entries(harms))
  t.test(`${name}: found, and the rest is read`, async (t) => {
    const { store, run, file, lines } = await keptRun(t);
    await writeFile(file, harm(lines));
    const read = await store.read(run);
    t.strictSame(
      read.damage.map(({ line, kind }) => [line, kind]),
      found,
    );
    t.strictSame(
      read.events.map((event) => event.n),
      left,
    );
    const { wrong } = await store.verify(run);
    t.equal(wrong.length, found.length);
    for (const [index, [line]] of found.entries()) t.match(wrong[index], `journal.jsonl:${line}: `);
    await goesOnOnlyWhereWhole(t, store, read);
  });

/** Only a torn last line may be gone on with. */
async function goesOnOnlyWhereWhole(t: Test, store: Store, { run, damage }: RecordedRun): Promise<void> {
  if (damage.some(({ kind }) => kind !== "torn")) {
    await t.rejects(store.reopen(run), { code: "journal-damaged" });
    t.equal((await store.list())[0]?.state, "damaged");
    return;
  }
  const { journal } = await store.reopen(run);
  await journal.write("message:said", { level: "info", text: "more" });
  await journal.close();
  t.strictSame((await store.verify(run)).wrong, [], "what was added goes with what stood there");
}

t.test("a text kept apart that is gone, or another", async (t) => {
  const { store, run, file } = await keptRun(t);
  const blobs = join(file, "../blobs");
  const [name = ""] = await readdir(blobs);
  await appendFile(join(blobs, name), "!");
  t.match((await store.verify(run)).wrong, [/it is not what was kept/]);
  await rm(join(blobs, name));
  t.match((await store.verify(run)).wrong, [/it is missing/]);
});

t.test("a run whose journal is gone is named, and listed", async (t) => {
  const { store, run, file } = await keptRun(t);
  await rm(file);
  await t.rejects(store.read(run), { code: "journal-missing" });
  t.strictSame(
    (await store.list()).map((each) => [each.run, each.state]),
    [[run, "damaged"]],
  );
});

t.test("a journal of format 1, without sums, is read as it was", async (t) => {
  const { store, run, file, lines } = await keptRun(t);
  const old = lines.map((line) => line.replace(/,"sum":"[0-9a-f]+"/, "").replace('"format":2', '"format":1'));
  await writeFile(file, whole(old));
  const { damage, events } = await store.read(run);
  t.strictSame([damage.length, events.length], [0, 5]);
});
