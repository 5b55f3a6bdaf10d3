/** What a scan prints of what it found. */

import t from "tap";
import { explainText, type ScannedHost, scanText } from "../../src/report/report.ts";

const leaking = (host: string, kmemIds: number, hidden: boolean): ScannedHost => ({
  host,
  summary: "leaking",
  mend: [
    {
      does: "Swap the kubelet",
      playbook: "playbooks/fix-kubelet.yml",
      needs: "restart",
      undoneBy: "kmend rollback",
      risk: "low",
      instead: [],
    },
    {
      does: "Renew it live",
      playbook: "playbooks/renew-live.yml",
      needs: "restart",
      undoneBy: "nothing",
      risk: "new",
      instead: [{ does: "Renew it, drained", playbook: "playbooks/renew.yml", needs: "drain" }],
    },
  ],
  giveBack: [
    { does: "Reboot the node", playbook: "playbooks/reboot.yml", needs: "reboot", gives: "every id" },
  ],
  diagnosis: {
    verdict: "leaking",
    switchedOnBy: hidden ? "runtime" : "kubelet",
    perPod: { says: "a pod costs ids", kmemIds: 3, memcgIds: 3 },
    leaked: { kmemIds, isAtLeast: false, mayHoldMoreMemcgIds: hidden, says: "exact" },
    idsLeft: 65_000,
    reasons: [{ says: "kubepods has accounting on", cites: ["kubepods/memory.kmem.slabinfo"] }],
    contradictions: [],
    surer: ["the runtime: not readable"],
  },
});

t.test("like hosts stand together in counting order, the worst first, unread ones by name", async (t) =>
  t.equal(
    scanText([
      { host: "gone", problem: "unreachable: No route to host" },
      leaking("app-10", 7, false),
      leaking("gpu-1", 2, true),
      leaking("app-2", 5, false),
    ]),
    `leaking, switched on by kubelet (a pod costs ids): 2 hosts
  app-2: 5 kmem ids leaked, 65,000 memcg ids left (exact)
  app-10: 7 kmem ids leaked, 65,000 memcg ids left (exact)

leaking, switched on by runtime (a pod costs ids): 1 host
  gpu-1: 2 kmem ids leaked, at most 65,000 memcg ids left (exact)

unreachable: 1 host
  gone: unreachable: No route to host`,
  ),
);

t.test("one host is explained with what each reason was read from, and what could not be read", async (t) =>
  t.match(
    explainText(leaking("app-2", 5, false)),
    /Because:\n {2}- kubepods has accounting on\n {6}read from kubepods\/memory\.kmem\.slabinfo.+What could not be read:\n {2}- the runtime/s,
  ),
);

t.test("a leaking host is told its cheapest mend, and what each step needs", async (t) =>
  t.match(
    explainText(leaking("app-2", 5, false)),
    / {2}1\. Swap the kubelet: needs a restart; by playbooks\/fix-kubelet\.yml\n {6}risk: low\n {6}undone by kmend rollback\n {2}2\. Renew it live: needs a restart; by playbooks\/renew-live\.yml\n {6}risk: new\n {6}undone by nothing\n {6}or: Renew it, drained: needs a drain; by playbooks\/renew\.yml/,
  ),
);
