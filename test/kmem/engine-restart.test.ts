/** An engine needs a restart when its own configuration changed after it began; another engine's says nothing of it. */

import t from "tap";
import { readEvidence } from "../../src/kmem/kmem.ts";

const record = (name: string, text: string): string => `\u001eok\u001f${name}\u001f${name}\u001f${text}`;

/** Each engine that runs began at 100; its configuration changed when the row says. */
const rows: Readonly<
  Record<string, { readonly runs: string; readonly changed: Readonly<Record<string, number>>; is: unknown }>
> = {
  "docker, configured after": { runs: "docker", changed: { docker: 200 }, is: true },
  "docker, configured before": { runs: "docker", changed: { docker: 50, containerd: 200 }, is: false },
  "containerd, configured after": { runs: "containerd", changed: { containerd: 200 }, is: true },
  "containerd, beside a docker that does not run": {
    runs: "containerd",
    changed: { containerd: 50, docker: 200 },
    is: false,
  },
  "CRI-O, configured after": { runs: "crio", changed: { crio: 200, docker: 50 }, is: true },
  "CRI-O, its configuration unread": { runs: "crio", changed: { docker: 200 }, is: "unknown" },
};

for (const [name, { runs, changed, is }] of Object.entries(rows))
  t.test(`${name}: ${is === true ? "restart" : is === false ? "no restart" : "unknown"}`, async (t) => {
    const { runtime } = readEvidence(
      [
        record("engines", `Id=${runs}.service\nActiveState=active\nMainPID=7\n`),
        record("engine.7.started", "100"),
        ...Object.entries(changed).map(([engine, at]) => record(`${engine}.config_changed`, String(at))),
      ].join(""),
    );
    t.equal(runtime.needsRestart.value, is);
  });
