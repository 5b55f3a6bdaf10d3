/** One process writes a run. Another is refused as long as it lives, and no longer. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import t from "tap";
import { createFileStore } from "../../src/journal/journal.ts";

const begun = {
  format: 2,
  kmend: "0",
  command: "run",
  playbooks: [],
  inventories: [],
  check: false,
  diff: false,
  options: {},
} as const;

/** A process that begins a run, says its id, and stays. */
async function otherWriter(state: string): Promise<{ run: string; kill(): Promise<void> }> {
  const source = `
    import { createFileStore } from ${JSON.stringify(join(import.meta.dirname, "../../src/journal/journal.ts"))};
    const journal = await createFileStore(${JSON.stringify(state)}).create();
    await journal.write("run:started", { ...${JSON.stringify(begun)}, run: journal.run });
    console.log(journal.run);
    setInterval(() => {}, 1000);`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    run: line.toString().trim(),
    async kill() {
      if (child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

t.test("a run that another process writes is refused, until that process is gone", async (t) => {
  const state = t.testdir({});
  const store = createFileStore(state);
  const other = await otherWriter(state);
  t.teardown(() => other.kill());
  await t.rejects(store.reopen(other.run), { code: "run-is-live" });
  t.equal((await store.read(other.run)).writer?.host, hostname());
  t.equal((await store.list())[0]?.state, "live");

  await other.kill();
  t.equal((await store.list())[0]?.state, "died");
  const { journal } = await store.reopen(other.run);
  t.equal((await store.list())[0]?.state, "live", "it is ours now");
  await journal.close();
  t.equal((await store.read(other.run)).writer, null);
});

t.test("of many who come at once for a run without a writer, one gets it", async (t) => {
  const state = t.testdir({});
  const other = await otherWriter(state);
  await other.kill();
  for (let round = 0; round < 20; round += 1) {
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, () => createFileStore(state).reopen(other.run)),
    );
    const got = all.filter((each) => each.status === "fulfilled");
    t.equal(got.length, 1, `round ${round + 1}`);
    for (const { value } of got) await value.journal.close();
  }
});

t.test("a writer on another machine counts as alive: nobody here can tell", async (t) => {
  const state = t.testdir({});
  const store = createFileStore(state);
  const journal = await store.create();
  await journal.write("run:started", { ...begun, run: journal.run });
  await journal.close();
  const writer = { pid: 1, host: "elsewhere", boot: "", began: "", since: "2026-01-01T00:00:00.000Z" };
  await writeFile(join(journal.folder, "lock-7"), JSON.stringify(writer));
  await t.rejects(store.reopen(journal.run), { code: "run-is-live", message: /process 1 on elsewhere/ });
});

t.test("a process id that was given out again is not the writer", async (t) => {
  const state = t.testdir({});
  const store = createFileStore(state);
  const journal = await store.create();
  await journal.write("run:started", { ...begun, run: journal.run });
  await journal.close();
  const writer = { pid: process.pid, host: hostname(), boot: "another boot", began: "1", since: "" };
  await writeFile(join(journal.folder, "lock-1"), JSON.stringify(writer));
  const { journal: ours } = await store.reopen(journal.run);
  await ours.close();
  t.strictSame(
    (await readdir(journal.folder)).filter((name) => name.startsWith("lock-")),
    ["lock-1"],
  );
});
