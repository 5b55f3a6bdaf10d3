/** What a scan prints of what it found. */

import t from "tap";
import { scanExitCode } from "../../src/cli/scan.ts";
import { explainText, type ScannedHost, scanText } from "../../src/report/report.ts";

type Exhaustion = Extract<ScannedHost, { exhaustion: unknown }>["exhaustion"];

const noDate: Exhaustion = {
  kind: "unknown",
  says: "measured once only",
  certainty: null,
  idsPerDay: null,
  secondsLeft: null,
  date: null,
  basis: null,
};
const inTwelveDays: Exhaustion = {
  kind: "dated",
  says: "at this rate in 12 days (2026-12-07)",
  certainty: "counted",
  idsPerDay: 5000.5,
  secondsLeft: 12 * 86_400,
  date: "2026-12-07",
  basis: { first: "2026-11-24T12:00:00.000Z", second: "2026-11-25T12:00:00.000Z", kmemIds: 5000 },
};

const leaking = (host: string, kmemIds: number, hidden: boolean, exhaustion = noDate) => ({
  host,
  exhaustion,
  summary: "leaking",
  awaitsReboot: null as readonly string[] | null,
  mend: [
    {
      does: "Swap the kubelet",
      playbook: "kmend.playbooks.fix-kubelet",
      needs: "restart",
      undoneBy: "kmend rollback",
      risk: "low",
      takes: "an RPM",
      preparedBy: {
        does: "Build it",
        runsOn: "a build host",
        takes: "docker",
        lasts: "long",
        undoneBy: "removing it",
        playbook: "kmend.playbooks.make",
        readMore: "docs/kmem.md",
      },
      instead: [],
    },
    {
      does: "Renew it live",
      playbook: "kmend.playbooks.renew-live",
      needs: "restart",
      undoneBy: "nothing",
      risk: "new",
      takes: null,
      preparedBy: null,
      instead: [{ does: "Renew it, drained", playbook: "kmend.playbooks.renew", needs: "drain" }],
    },
  ],
  giveBack: [
    { does: "Reboot the node", playbook: "kmend.playbooks.reboot", needs: "reboot", gives: "every id" },
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
      { host: "gone", problem: "unreachable: gone: No route to host\n  Check the name." },
      leaking("app-10", 7, false, inTwelveDays),
      leaking("gpu-1", 2, true),
      leaking("app-2", 5, false),
    ]),
    `leaking, switched on by kubelet (a pod costs ids): 2 hosts
  to mend it: Swap the kubelet; then Renew it live
  app-2: 5 kmem ids leaked, 65,000 memcg ids left (exact)
  app-10: 7 kmem ids leaked, 65,000 memcg ids left, at this rate in 12 days (2026-12-07) (exact)

leaking, switched on by runtime (a pod costs ids): 1 host
  to mend it: Swap the kubelet; then Renew it live
  gpu-1: 2 kmem ids leaked, at most 65,000 memcg ids left (exact)

unreachable: 1 host
  gone: No route to host
    Check the name.

When ids run out is unknown on 2 hosts: --explain HOST says why`,
  ),
);

t.test("who awaits a reboot is listed, with what waits for it", async (t) => {
  const waiting = { ...leaking("app-2", 5, false), awaitsReboot: ["kernel 514 boots next, 1160 runs"] };
  t.match(
    scanText([waiting, { ...leaking("app-1", 5, false), awaitsReboot: [] }]),
    /\n\nAwaiting a reboot:\n {2}app-2: kernel 514 boots next, 1160 runs\n\n/,
  );
  t.match(explainText(waiting), /\nAwaits a reboot: kernel 514 boots next, 1160 runs\n/);
  t.notMatch(scanText([leaking("app-2", 5, false)]), "Awaiting");
});

t.test("one host is explained with what each reason was read from, and what could not be read", async (t) =>
  t.match(
    explainText(leaking("app-2", 5, false)),
    /Because:\n {2}- kubepods has accounting on\n {6}read from kubepods\/memory\.kmem\.slabinfo.+What could not be read:\n {2}- the runtime/s,
  ),
);

t.test("a leaking host is told its cheapest mend, and what each step needs", async (t) =>
  t.match(
    explainText(leaking("app-2", 5, false)),
    / {2}1\. Swap the kubelet: needs a restart; by kmend\.playbooks\.fix-kubelet\n {6}takes an RPM\n {6}before it: Build it; on a build host; by kmend\.playbooks\.make\n {8}takes docker\n {8}lasts: long\n {8}undone by removing it\n {8}more: docs\/kmem\.md\n {6}risk: low\n {6}undone by kmend rollback\n {2}2\. Renew it live: needs a restart; by kmend\.playbooks\.renew-live\n {6}risk: new\n {6}undone by nothing\n {6}or: Renew it, drained: needs a drain; by kmend\.playbooks\.renew/,
  ),
);

t.test("a step says what it mends and what it leaves, where the journal has it", async (t) => {
  const host = leaking("app-2", 5, false);
  const mend = host.mend.map((step) => ({ ...step, mends: "kubelet's part", leaves: "leaked ids" }));
  t.match(
    explainText({ ...host, mend }),
    /by kmend\.playbooks\.fix-kubelet\n {6}mends: kubelet's part\n {6}leaves: leaked ids\n {6}takes an RPM/,
  );
});

t.test(
  "hosts that leak alike and are mended otherwise stand apart, as the mend is said once a group",
  async (t) => {
    const unplanned = { ...leaking("app-1", 5, false), mend: null };
    t.match(
      scanText([leaking("app-2", 5, false), unplanned]),
      /: 1 host\n {2}to mend it: unknown, as what decides could not be read\n {2}app-1: .*\n\nleaking.*: 1 host\n {2}to mend it: Swap/,
    );
  },
);

t.test("a host is explained with when its ids run out, and with both measurements", async (t) =>
  t.match(
    explainText(leaking("app-2", 5, false, inTwelveDays)),
    "When ids run out: at this rate in 12 days (2026-12-07)\n  - 5,000 kmem ids from 2026-11-24T12:00:00.000Z to 2026-11-25T12:00:00.000Z, 5,000.5 a day",
  ),
);

t.test("or with why that is unknown", async (t) =>
  t.match(explainText(leaking("app-2", 5, false)), /^When ids run out: unknown: measured once only$/m),
);

const judged = (verdict: string): ScannedHost => {
  const host = leaking("app-1", 5, false);
  return { ...host, diagnosis: { ...host.diagnosis, verdict } };
};
const unread: ScannedHost = { host: "gone", problem: "unreachable: No route to host" };
const exits: readonly (readonly [hosts: readonly ScannedHost[], code: number, because: string])[] = [
  [[judged("clean"), judged("not-affected")], 0, "no host leaks"],
  [[judged("clean"), judged("leaking")], 3, "one leaks"],
  [[judged("still-leaking-after-swap")], 3, "one leaks on after a swap"],
  [[judged("leaking"), unread], 4, "one was not reached, whatever others do"],
  [[judged("clean"), judged("unknown")], 4, "one could not be judged, and does not pass for clean"],
];

for (const [hosts, code, because] of exits)
  t.test(`the exit code is ${code} where ${because}`, async (t) => t.equal(scanExitCode(hosts), code));

t.test("a scan that was interrupted before it read a host says so", async (t) =>
  t.equal(scanText([]), "No host was read"),
);

const diagnosed = (host: string, more: object): ScannedHost => {
  const made = leaking(host, 5, false);
  return { ...made, diagnosis: { ...made.diagnosis, ...more } };
};

t.test("what could not be read or judged stands before what is well", async (t) => {
  const titles = scanText([
    diagnosed("a", { verdict: "not-affected" }),
    diagnosed("b", { verdict: "clean" }),
    { host: "c", problem: "failed: no\u001b[2J" },
    { host: "d", problem: "unreachable: gone" },
    diagnosed("e", { verdict: "unknown" }),
    diagnosed("f", { verdict: "still-leaking-after-swap" }),
    diagnosed("g", { verdict: "leaking" }),
  ]);
  t.strictSame(titles.match(/^[a-z][a-z ]*?(?=, | \(|: )/gm), [
    "leaking",
    "still leaking after swap",
    "unknown",
    "unreachable",
    "failed",
    "clean",
    "not affected",
  ]);
  t.match(titles, "  c: no\\x1b[2J\n");
});

t.test("after a swap it says who hands it down, and whether anybody switches it on", async (t) => {
  const title = (runtime: boolean | null): string | undefined =>
    scanText([
      diagnosed("a", { verdict: "still-leaking-after-swap", switchesOnNow: { kubelet: false, runtime } }),
    ]).split(" (", 1)[0];
  const words = "still leaking after swap, handed down by kubepods";
  t.equal(title(false), `${words}, switched on by nobody now`);
  t.equal(title(true), `${words}; the runtime switches it on now`);
  t.equal(title(null), `${words}; whether the runtime switches it on now is unknown`);
});

t.test("how many leaked: exactly, at least, or nobody knows", async (t) => {
  const line = (leaked: object): string | undefined =>
    scanText([diagnosed("a", { leaked: { kmemIds: 5, isAtLeast: false, says: "s\u001b[2J", ...leaked } })])
      .match(/^ {2}a: .*$/m)?.[0]
      .slice(5);
  const rest = "65,000 memcg ids left (s\\x1b[2J)";
  t.equal(line({}), `5 kmem ids leaked, ${rest}`);
  t.equal(line({ kmemIds: 0 }), `0 kmem ids leaked, ${rest}`);
  t.equal(line({ isAtLeast: true }), `at least 5 kmem ids leaked, at most ${rest}`);
  t.equal(line({ kmemIds: null, isAtLeast: true }), `an unknown number of kmem ids leaked, at most ${rest}`);
});

t.test("when ids run out is told with what it was estimated by, or that they do not", async (t) => {
  const when = (exhaustion: Partial<Exhaustion>): string =>
    /When ids run out: [\s\S]*?(?=\nThe cheapest)/.exec(
      explainText(leaking("a", 5, false, { ...noDate, ...exhaustion })),
    )?.[0] ?? "";
  t.equal(when({ kind: "none", says: "nothing leaks" }), "When ids run out: no date: nothing leaks");
  t.equal(
    when({ kind: "dated", says: "in 3 days", idsPerDay: 1234 }),
    "When ids run out: in 3 days\n  - 1,234 memcg ids a day, by kubelet's count of pods",
  );
});

t.test(
  "what else was seen of a host is told, each under its name, and only where there is something",
  async (t) => {
    const cited = (says: string) => [{ says, cites: ["/x"] }];
    const dead = "0123456789abcdef".repeat(4);
    const gone = Array.from({ length: 11 }, (_, i) => ({
      cgroup: `pod${i}/${dead}`,
      pod: i === 0 ? "web" : null,
    }));
    const text = explainText(
      diagnosed("a", {
        contradictions: cited("they disagree"),
        heard: cited("oom"),
        silent: cited("quiet"),
        workloads: { leaking: [{ uid: "u1", name: null }], gone, goneOthers: 2000 },
      }),
    );
    for (const [title, says] of [
      ["Signs that disagree", "they disagree"],
      ["What kernel and services said", "oom"],
      ["Signs that say nothing here", "quiet"],
    ])
      t.match(text, `\n${title}:\n  - ${says}\n      read from /x`);
    t.match(text, "\nLeak when they are deleted: pod u1\n");
    t.match(text, `\nContainers that leaked: pod0/0123456789ab of web, pod1/0123456789ab, `);
    t.match(text, "pod9/0123456789ab, and 2,001 more\n");
    t.match(
      text,
      "\nTo get leaked ids back:\n  - Reboot the node: every id; needs a reboot; by kmend.playbooks.reboot\n",
    );
    const little = explainText(
      diagnosed("a", { workloads: { leaking: [], gone: gone.slice(0, 10), goneOthers: 0 }, surer: [] }),
    );
    t.notMatch(little, / more\n|disagree|could not be read:/);
  },
);

t.test("a need begins as English has it, and a preparation tells its risk", async (t) => {
  const host = leaking("a", 5, false);
  const [first] = host.mend;
  const mend = [
    { ...first, needs: "outage", preparedBy: { ...first?.preparedBy, risk: "it takes an hour" } },
    { ...first, needs: "nothing", preparedBy: null },
  ] as typeof host.mend;
  const text = explainText({ ...host, mend });
  t.match(text, "Swap the kubelet: needs an outage; by");
  t.match(text, "Swap the kubelet: needs nothing; by");
  t.match(text, "        undone by removing it\n        risk: it takes an hour\n");
});

t.test("no host's text steers the terminal", async (t) => {
  const steering = "\u001b[2J";
  t.notMatch(explainText({ host: "a", problem: steering }), steering);
  t.notMatch(
    explainText({ ...leaking("a", 5, false), summary: steering, awaitsReboot: [steering] }),
    steering,
  );
  t.notMatch(scanText([{ ...leaking("a", 5, false), awaitsReboot: [steering] }]), steering);
});
