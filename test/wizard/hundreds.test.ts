/** Hosts by the hundred: the worst of them, those that are searched for, a plan and a confirmation that still fit a screen. */

import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { chooseHosts } from "../../src/wizard/choose-hosts.ts";
import { fix } from "../../src/wizard/fix.ts";
import { likeHosts } from "../../src/wizard/like-hosts.ts";
import { plainAsker } from "../../src/wizard/plain-asker.ts";
import { planScreen } from "../../src/wizard/screens/plan.ts";
import { answering } from "./answering.ts";
import { kubeletLeaks, runOf, runtimeLeaks, scanOf } from "./made-up.ts";
import { MadeUpWork } from "./made-up-work.ts";

const five = Array.from({ length: 500 }, (_, i) => `app-${i + 1}`);
const scanned = scanOf(Object.fromEntries(five.map((host) => [host, kubeletLeaks])));
const [group] = likeHosts(scanned.hosts, scanned.events);

t.test(
  "the worst are who runs out first, then who leaked most; more than there are cannot be had",
  async (t) => {
    const hosts = (group?.hosts ?? []).map((each) => {
      const secondsLeft = each.host === "app-77" ? 3600 : each.host === "app-78" ? 60 : null;
      const kmemIds = each.host === "app-300" ? 60_000 : each.diagnosis.leaked.kmemIds;
      return {
        ...each,
        exhaustion: { ...each.exhaustion, secondsLeft },
        diagnosis: { ...each.diagnosis, leaked: { ...each.diagnosis.leaked, kmemIds } },
      };
    });
    const asker = answering([
      [/Which of them/, /^the worst/],
      [/How many of the 500/, "3"],
    ]);
    t.strictSame(await chooseHosts(asker, hosts, 80), ["app-78", "app-77", "app-300"]);
    for (const wrong of ["501", "0", "-1", "many", ""])
      await t.rejects(
        chooseHosts(
          answering([
            [/Which of them/, /^the worst/],
            [/How many/, wrong],
          ]),
          hosts,
          80,
        ),
        /A number from 1 to 500/,
      );
  },
);

t.test(
  "500 hosts are asked about in as many questions as five, and no line or screen grows with them",
  async (t) => {
    const work = new MadeUpWork(
      scanOf(Object.fromEntries(five.map((host, i) => [host, i < 300 ? kubeletLeaks : runtimeLeaks]))),
    );
    const asker = answering([
      [/by kubelet: 300 hosts/, /^kubelet without kmem \+ renewal of kubepods, live/],
      [/Which of them/, /^all 300 hosts/],
      [/by runtime: 200 hosts/, /^runtime without kmem/],
      [/Which of them/, /pattern/],
      [/^Pattern/, "app-4* !app-45*"],
      [/Which of these/, "app-400"],
      [/Go through/, "yes"],
      [/Change 389 hosts now/, /^yes/],
      [/Type the number of hosts to confirm \(389\)/, "no"],
    ]);
    const kept = { width: 80, inventory: null, kept: null, comeBack: "kmend fix --resume" };
    t.equal(await fix(work, asker, kept), 0);
    t.strictSame(work.ranWith, [], "not the number, so nothing was done");
    const lines = asker.said.filter((line) => !line.startsWith("    kmend run"));
    t.strictSame(
      lines.filter((line) => line.length > 80),
      [],
    );
    t.ok(lines.length < 120, `${lines.length} lines were shown`);
  },
);

t.test("a plan names the first hosts of many, and folds those that would fail alike", async (t) => {
  const hosts = five.slice(0, 200);
  const leg = { hosts, does: ["mend"], needs: "restart", playbooks: ["kmend.playbooks.kmem"], variables: {} };
  const events = runOf([hosts]);
  const failed = hosts.slice(0, 150).map((host, index) => ({
    ...scanned.events[0],
    n: 10_000 + index,
    host,
    outcome: "failed",
    result: { msg: "no such package" },
  }));
  const screen = planScreen(leg, { run: "p-1", events: [...events, ...failed] as never }, 80);
  const text = screen.join(" ").replaceAll(/ +/g, " ");
  t.match(text, "app-8 and 142 more: Read: no such package");
  t.match(text, "PLAN for 200 hosts");
  t.ok(screen.length < 24, screen.join("\n"));
});

t.test(
  "a line at a time, many names are not read out; what they have in common leaves them out",
  async (t) => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = "";
    output.on("data", (text: Buffer) => {
      shown += text.toString();
    });
    const asker = plainAsker(input, output);
    const picked = asker.pick(
      "Which of these?",
      five.map((name) => ({ name, value: name })),
    );
    for (const answer of ["nobody", "app-4* 7, app-99"]) {
      input.write(`${answer}\n`);
      await sleep(20);
    }
    t.equal((await picked).length, 500 - 111 - 1 - 1);
    t.match(shown, "There are 500: app-1, app-2, app-3 and 497 more.");
    t.match(shown, 'Not all of "nobody" are numbers from 1 to 500, or find a name.');
    t.match(shown, "387 of 500 are taken.");
    t.ok(shown.split("\n").length < 10);
  },
);
