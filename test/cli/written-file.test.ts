/** Files that somebody names: whole or not at all, and nothing else is ever replaced by one. */

import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkWritable, writeWhole } from "../../src/cli/written-file.ts";

const writing = { code: "thing-unwritable", noun: "thing", hint: "Name another." };

t.test("a file is written whole, with its rights, and nothing is left beside it", async (t) => {
  const folder = t.testdir({ old: "a longer text than the new one" });
  writeWhole(join(folder, "old"), "new", writing, 0o600);
  t.equal(readFileSync(join(folder, "old"), "utf8"), "new");
  t.equal(statSync(join(folder, "old")).mode & 0o777, 0o600);
  t.strictSame(readdirSync(folder), ["old"]);
});

t.test("a link stays a link, to a file or to a device", async (t) => {
  const folder = t.testdir({ real: "" });
  symlinkSync(join(folder, "real"), join(folder, "link"));
  symlinkSync("/dev/null", join(folder, "device"));
  for (const name of ["link", "device"]) {
    writeWhole(join(folder, name), "text", writing, 0o600);
    t.ok(lstatSync(join(folder, name)).isSymbolicLink(), name);
  }
  t.equal(readFileSync(join(folder, "real"), "utf8"), "text");
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
  says(() => checkWritable(join(folder, "no/such"), writing), /no such file/);
  says(() => checkWritable(join(folder, "sub"), writing), /it is a folder/);
  says(() => writeWhole(join(folder, "file/below"), "", writing), /Cannot write the thing/);
  t.doesNotThrow(() => checkWritable(join(folder, "new"), writing));
});
