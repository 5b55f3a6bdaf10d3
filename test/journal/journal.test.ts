import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { createFileStore, type Event, stateFolder } from "../../src/journal/journal.ts";
import type { KmendError } from "../../src/problem/problem.ts";

const started = {
  format: 1,
  run: "r",
  kmend: "0",
  command: "run",
  playbooks: ["site.yml"],
  inventories: [],
  check: false,
  diff: false,
  options: {},
} as const;

async function withState(test: (state: string) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), "kmend-journal-"));
  try {
    await test(state);
  } finally {
    await rm(state, { recursive: true });
  }
}

t.test("an event whose write resolved is on disk, whole, in order, for its owner alone", () =>
  withState(async (state) => {
    const journal = await createFileStore(state).create();
    const seen: Event[] = [];
    journal.subscribe((event) => seen.push(event));
    await journal.write("run:started", { ...started, run: journal.run });
    journal.note("message:said", { level: "info", text: "one" });
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => journal.write("change:applied", { change: String(i), host: "h" })),
    );
    const file = join(journal.folder, "journal.jsonl");
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    t.equal(lines.length, 52);
    t.same(
      lines.map((line) => JSON.parse(line).n),
      Array.from({ length: 52 }, (_, i) => i + 1),
    );
    t.equal(seen.length, 52, "subscribers were told of each");
    t.equal((await stat(file)).mode & 0o777, 0o600);
    t.equal((await stat(journal.folder)).mode & 0o777, 0o700);
    await journal.close();
    await journal.close();
  }),
);

t.test("a run is read back by its id, by a unique beginning, and as `last`", () =>
  withState(async (state) => {
    const store = createFileStore(state);
    for (const run of ["20260101-000000-aaaa", "20260102-000000-bbbb"]) {
      const journal = await store.create(run);
      await journal.write("run:started", { ...started, run });
      if (run.endsWith("bbbb")) await journal.write("run:ended", { exitCode: 2, recap: {}, seconds: 1 });
      await journal.close();
    }
    t.equal((await store.read("last")).run, "20260102-000000-bbbb");
    t.equal((await store.read("20260101")).run, "20260101-000000-aaaa");
    t.equal((await store.read("bbbb")).run, "20260102-000000-bbbb");
    t.same(
      (await store.list()).map((each) => [each.run.slice(-4), each.exitCode, each.state]),
      [
        ["bbbb", 2, "ended"],
        ["aaaa", null, "died"],
      ],
    );
    t.same(await store.ids(), ["20260102-000000-bbbb", "20260101-000000-aaaa"]);
    await t.rejects(store.read("2026"), {
      code: "ambiguous-run",
      message: /"2026" is: 20260102-000000-bbbb, 20260101-000000-aaaa\n/,
    });
    await t.rejects(store.read("nope"), { code: "unknown-run" });
  }),
);

t.test("of many runs that a beginning may mean the ten newest are named", () =>
  withState(async (state) => {
    const id = (n: number): string => `20260101-0000${n + 10}-aaaa`;
    for (let n = 0; n < 13; n += 1) mkdirSync(join(state, "runs", id(n)), { recursive: true });
    const said = await createFileStore(state)
      .read("20260101")
      .catch((error: Error) => error.message);
    t.match(said, new RegExp(`is: ${id(12)}, ${id(11)}, .*, ${id(3)} and 3 more\n`));
    t.notMatch(said, id(2));
  }),
);

t.test("the list says on how many hosts a rollback was, which has no plays", () =>
  withState(async (state) => {
    const store = createFileStore(state);
    const journal = await store.create("20260103-000000-cccc");
    await journal.write("run:started", { ...started, command: "rollback", run: "20260103-000000-cccc" });
    await journal.write("rollback:started", { scope: "run", hosts: ["a", "b"], reason: "asked for" });
    await journal.close();
    t.equal((await store.list())[0]?.hosts, 2);
  }),
);

t.test("the list counts as changes what the recap does: no command of which its author says so", () =>
  withState(async (state) => {
    const journal = await createFileStore(state).create();
    await journal.write("run:started", { ...started, run: journal.run });
    const place = { file: "site.yml", line: 1, column: 1 };
    for (const [id, end] of [
      ["1.1", "changed"],
      ["1.2", "ok"],
      ["1.3", "failed"],
      ["1.4", "failed, said to change nothing"],
    ] as const) {
      const outcome = end === "changed" || end === "ok" ? end : ("failed" as const);
      const task = { id, name: "do", module: "command", place, kind: "task" } as const;
      for (const host of ["a", "b"]) {
        const change = `${id}-${host}`;
        const body = { host, for: host, task, module: "command", become: null, changes: {}, save: "/s" };
        await journal.write("change:recorded", { ...body, change, wayBack: { kind: "none", reason: "" } });
        if (end !== "failed") await journal.write("change:applied", { change, host });
        // Another host's end is not this one's.
        if (end === "ok" && host === "b") continue;
        const how = { ignored: false, rescued: false, result: { changed: false }, durationMs: 1 };
        await journal.write("task:ended", { host, task, outcome, ...how });
      }
    }
    await journal.close();
    t.equal((await createFileStore(state).list())[0]?.changes, 3);
  }),
);

t.test("a blob is kept under its SHA-256 and a changed one is refused", () =>
  withState(async (state) => {
    const store = createFileStore(state);
    const journal = await store.create();
    const name = await journal.keep(Buffer.from("before\n"));
    t.equal(Buffer.from(await store.blob(journal.run, name)).toString(), "before\n");
    await writeFile(join(journal.folder, "blobs", name), "after\n");
    await t.rejects(store.blob(journal.run, name), { code: "missing-blob" });
    await journal.close();
  }),
);

t.test("a full disk fails the write that met it and every later one, and says what to do", async (t) => {
  const mounted = await mountSmallDisk();
  if (!mounted) {
    t.comment("skipped: a small file system needs root and mount");
    return;
  }
  try {
    const journal = await createFileStore(mounted.path).create();
    const fill = "x".repeat(40_000);
    const write = () => journal.write("message:said", { level: "info", text: fill });
    let failed: KmendError | undefined;
    for (let i = 0; i < 20 && !failed; i += 1) await write().catch((error: KmendError) => (failed = error));
    t.equal(failed?.code, "journal-unwritable");
    t.match(failed?.message ?? "", /the disk is full/);
    await t.rejects(journal.write("change:applied", { change: "1", host: "h" }), {
      code: "journal-unwritable",
    });
    await t.rejects(journal.close());
  } finally {
    await mounted.remove();
  }
});

t.test("a state folder that cannot be written is one clear problem", async (t) => {
  await t.rejects(createFileStore("/dev/null/nowhere").create(), { code: "state-unwritable" });
});

t.test("the state folder is --state, then KMEND_STATE, then XDG's", async (t) => {
  t.equal(stateFolder("/a", { KMEND_STATE: "/b" }), "/a");
  t.equal(stateFolder(undefined, { KMEND_STATE: "/b", XDG_STATE_HOME: "/c" }), "/b");
  t.equal(stateFolder(undefined, { XDG_STATE_HOME: "/c" }), "/c/kmend");
});

async function run(command: string, ...args: string[]): Promise<number> {
  const [code] = await once(spawn(command, args, { stdio: "ignore" }), "exit").catch(() => [1]);
  return code as number;
}

async function mountSmallDisk(): Promise<{ path: string; remove(): Promise<void> } | null> {
  const path = await mkdtemp(join(tmpdir(), "kmend-small-disk-"));
  if ((await run("mount", "-t", "tmpfs", "-o", "size=128k", "kmend-test", path)) !== 0) return null;
  return {
    path,
    async remove() {
      await run("umount", path);
      await rm(path, { recursive: true });
    },
  };
}

t.test("hosts that keep the same bytes at once share one blob", () =>
  withState(async (state) => {
    const store = createFileStore(state);
    const journal = await store.create();
    const bytes = new TextEncoder().encode("x".repeat(100_000));
    const names = await Promise.all(Array.from({ length: 20 }, () => journal.keep(bytes)));
    t.equal(new Set(names).size, 1);
    t.equal(Buffer.compare(await store.blob(journal.run, names[0] ?? ""), bytes), 0);
    t.same(await readdir(join(journal.folder, "blobs")), [names[0]]);
    await journal.close();
  }),
);

t.test("a state folder that cannot be made is told, and does not hang", async () => {
  await t.rejects(createFileStore("/proc/nosuch").create(), { code: "state-unwritable" });
});
