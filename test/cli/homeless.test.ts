/** An id without a name and without a home, as a container or systemd's `DynamicUser=` gives it. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const nobodys = 61_987;

t.test(
  "a run by an id without a name and a home reaches for its hosts",
  { skip: process.getuid?.() !== 0 && "it takes root" },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "kmend-homeless-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o777);
    const { status, stdout, stderr } = spawnSync(
      "setpriv",
      [
        ...[`--reuid=${nobodys}`, `--regid=${nobodys}`, "--clear-groups"],
        ...["env", "-i", `KMEND_STATE=${folder}/state`, process.execPath, main],
        // Nobody listens there.
        ...["run", "-i", "127.0.0.1,", "-e", "ansible_port=9", "playbooks/detect.yml"],
      ],
      { encoding: "utf8", cwd: join(main, "../../..") },
    );
    t.equal(status, 4, stderr);
    t.match(stdout, "Cannot connect to 127.0.0.1:9: the port is closed");
    t.equal(stderr, "");
  },
);
