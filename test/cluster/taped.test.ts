/**
 * A drain against what a real cluster had said: each tape is one of the scenes, recorded by
 * `KMEND_CLUSTER_TAPES=record npm run test:cluster`. The node's name is the tape's.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { drain, type SceneName, scenes, slow, tapeOf, taping } from "./scenes.ts";

t.setTimeout(120_000);

for (const name of (Object.keys(scenes) as SceneName[]).filter((each) => !slow.has(each)))
  t.test(name, { skip: existsSync(tapeOf(name)) ? false : "it is not on tape" }, async (t) => {
    const folder = t.testdir({});
    const tape = readFileSync(tapeOf(name), "utf8");
    const [, host = ""] = /"words":"[^"]*\bget node (\S+)/.exec(tape) ?? [];
    const kubectl = taping(folder, "replay", name, join(folder, "counts.json"));
    const ended = await drain(name, {
      folder,
      host,
      inventory: `${host},`,
      kubectl,
      kubeconfig: "/kubeconfig",
    });
    t.equal(ended.code, scenes[name].code, ended.stdout + ended.stderr);
    t.match(ended.stdout, scenes[name].says);
    t.notMatch(ended.stdout, /not on tape/);
    if (ended.code !== 0 && tape.includes('"words":"--request-timeout=15s cordon'))
      t.match(
        tape.trim().split("\n").at(-1),
        / uncordon /,
        "the last that is asked is to give the node back",
      );
  });
