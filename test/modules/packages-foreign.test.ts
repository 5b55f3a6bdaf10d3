/** Packages that somebody installed since a transaction are seen before its revert would take them away. */

import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { PackageChange } from "../../src/modules/packages/change.ts";
import { foreignPackages } from "../../src/modules/packages/foreign.ts";

t.test(
  "what came and went since the note is named; the noted versions, before or after, are nobody else's",
  (t) => {
    const folder = t.testdir({ before: "a-0:1-1.x\n", after: "a-0:2-1.x\nb-0:1-1.x\n" });
    const look = (installed: string) => {
      writeFileSync(join(folder, "rpm"), `#!/bin/sh\nprintf '${installed}'\n`);
      chmodSync(join(folder, "rpm"), 0o755);
      const { script, parse } = foreignPackages({} as PackageChange, { save: folder, tmp: folder });
      const { status, stdout, stderr } = spawnSync("sh", ["-c", script.text], {
        env: { PATH: `${folder}:${process.env["PATH"]}` },
      });
      return parse({ code: status ?? 1, stdout, stderr, durationMs: 0 });
    };
    t.strictSame(look("a-0:2-1.x\\nb-0:1-1.x\\ngpg-pubkey-0:1-1.x\\n"), []);
    t.strictSame(look("a-0:1-1.x\\n"), []);
    t.strictSame(look("a-0:3-1.x\\nb-0:1-1.x\\nc-0:1-1.x\\n"), [
      { path: null, ours: "a-0:2-1.x", theirs: "a-0:3-1.x c-0:1-1.x" },
    ]);
    t.end();
  },
);
