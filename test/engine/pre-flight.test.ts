/** Where a host is refused before its first change: real file systems, in a mount namespace of the test's own. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkPlace, refused, whyRefused } from "../../src/engine/pre-flight.ts";
import { shells } from "../modules/host.ts";

const isRoot = process.getuid?.() === 0;

for (const [shell, [program = "sh", ...args]] of Object.entries(shells)) {
  /** What is said of a folder below a file system that is mounted for this one look; empty: nothing against it. */
  const look = (folder: string, mount: string): string => {
    const script = `${mount}; mkdir -p '${folder}'; exec "$0" "$@"`;
    const check = `${checkPlace(folder).text}\necho fine`;
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      ["--mount", "sh", "-c", script, program, ...args, "-c", check],
      { encoding: "utf8" },
    );
    if (status !== 0 && status !== refused) throw new Error(stderr);
    return stdout === "fine\n" ? "" : whyRefused(folder, stdout);
  };

  t.test(
    `${shell}: a place for the way back`,
    { skip: isRoot ? false : "mounting needs root" },
    async (t) => {
      const place = join(t.testdir({ "a place": {} }), "a place");
      const folder = join(place, "kmend");
      const mount = (how: string): string => `mount ${how} none '${place}'`;
      t.equal(look(folder, ":"), "", "an ordinary disk is fine");
      t.match(
        look(folder, mount("-t tmpfs -o size=200m")),
        `its way back would lie in ${folder}, on a tmpfs (${place})`,
      );
      t.match(look(folder, mount("-t ramfs")), "on a ramfs");
      t.match(
        look(folder, mount("-t tmpfs -o size=60m")),
        `its way back needs 64 MiB of room in ${folder}, and there are 60`,
      );
      t.equal(
        look(folder, `${mount("-t tmpfs")}; mount --bind '${place}' /proc`),
        "",
        "what can't be read refuses nobody",
      );
    },
  );

  t.test(`${shell}: a folder that was made for nothing goes away again`, { skip: !isRoot }, async (t) => {
    const place = t.testdir({});
    look(join(place, "kmend"), `mount -t tmpfs -o size=1m none ${place}`);
    t.notOk(existsSync(join(place, "kmend")));
  });
}
