/** Files that somebody names: whole or not at all, and nothing else is ever replaced by one. */

import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkWritable, writeWhole } from "../../src/cli/written-file.ts";
import { fill, smallDisk } from "./kmend.ts";

const onlyRoot = process.getuid?.() === 0 ? false : "needs root";
const writing = { code: "thing-unwritable", noun: "thing", hint: "Name another." };

t.test("a file is written whole, with its rights, and nothing is left beside it", async (t) => {
  const folder = t.testdir({ old: "a longer text than the new one" });
  writeWhole(join(folder, "old"), "new", writing, 0o600);
  t.equal(readFileSync(join(folder, "old"), "utf8"), "new");
  t.equal(statSync(join(folder, "old")).mode & 0o777, 0o600);
  t.strictSame(readdirSync(folder), ["old"]);
});

t.test("a link stays a link, and a pipe a pipe", async (t) => {
  const folder = t.testdir({ real: "" });
  const path = (name: string): string => join(folder, name);
  // No device of the machine: broken code that is tested by root would put a file in its place.
  execFileSync("mkfifo", [path("pipe")]);
  symlinkSync("real", path("link"));
  symlinkSync("pipe", path("link to a pipe"));
  const pipe = openSync(path("pipe"), constants.O_RDWR | constants.O_NONBLOCK);
  for (const name of ["link", "link to a pipe", "pipe"]) writeWhole(path(name), `${name}.`, writing, 0o600);
  const piped = Buffer.alloc(100);
  t.equal(piped.toString("utf8", 0, readSync(pipe, piped)), "link to a pipe.pipe.");
  closeSync(pipe);
  t.ok(lstatSync(path("link")).isSymbolicLink());
  t.ok(lstatSync(path("link to a pipe")).isSymbolicLink());
  t.ok(lstatSync(path("pipe")).isFIFO());
  t.equal(readFileSync(path("real"), "utf8"), "link.");
  t.strictSame(readdirSync(folder).sort(), ["link", "link to a pipe", "pipe", "real"]);
});

t.test("where it cannot be, it is said, with a way out", async (t) => {
  const folder = t.testdir({ sub: {} });
  writeFileSync(join(folder, "file"), "");
  const says = (act: () => void, why: RegExp): void => {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    const problem = { code: "thing-unwritable", message: why, hint: "Name another." };
    t.match(thrown, { problems: [problem], exitCode: 5 });
  };
  says(() => checkWritable(join(folder, "no/such"), writing), /no\/such: there is no folder \/\S+\/no$/);
  says(() => checkWritable(join(folder, "sub"), writing), /it is a folder/);
  says(() => writeWhole(join(folder, "file/below"), "", writing), /Cannot write the thing/);
  t.doesNotThrow(() => checkWritable(join(folder, "new"), writing));
});

t.test("on a full disk the old file stands, and no draft", { skip: onlyRoot }, async (t) => {
  const disk = smallDisk(t, 64);
  writeFileSync(join(disk, "old"), "old");
  fill(disk);
  t.throws(
    () => writeWhole(join(disk, "old"), "new".repeat(9000), writing),
    /Cannot write the thing .*: the disk is full/,
  );
  t.equal(readFileSync(join(disk, "old"), "utf8"), "old");
  t.strictSame(readdirSync(disk).sort(), ["fill", "old"]);
});

t.test("what lies where its draft would be is not ours to replace", async (t) => {
  const folder = t.testdir({ old: "old" });
  const draft = join(folder, `old.${process.pid}.part`);
  writeFileSync(draft, "somebody's");
  t.throws(() => writeWhole(join(folder, "old"), "new", writing), /Cannot write the thing .*old/);
  t.equal(readFileSync(draft, "utf8"), "somebody's");
});

t.test("whoever reads the old file meanwhile reads it to its end", async (t) => {
  const folder = t.testdir({ file: "the old text" });
  const reader = openSync(join(folder, "file"), "r");
  writeWhole(join(folder, "file"), "new", writing);
  t.equal(readFileSync(reader, "utf8"), "the old text");
  closeSync(reader);
});

t.test("it is asked for without being made", async (t) => {
  const folder = t.testdir({ file: "old" });
  for (const name of ["file", "new"]) checkWritable(join(folder, name), writing);
  t.equal(readFileSync(join(folder, "file"), "utf8"), "old");
  t.strictSame(readdirSync(folder), ["file"]);
});

t.test("no descriptor is left open", async (t) => {
  const folder = t.testdir({});
  const open = (): number => readdirSync("/proc/self/fd").length;
  const before = open();
  for (let i = 0; i < 5; i += 1) writeWhole(join(folder, "file"), "text", writing);
  t.equal(open(), before);
});

t.test("its rights are what was said, else as the umask has them", async (t) => {
  const folder = t.testdir({});
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  writeWhole(join(folder, "file"), "text", writing, 0o600);
  writeWhole(join(folder, "open"), "text", writing);
  const modes = ["file", "open"].map((name) => statSync(join(folder, name)).mode & 0o777);
  t.strictSame(modes, [0o600, 0o666]);
});
