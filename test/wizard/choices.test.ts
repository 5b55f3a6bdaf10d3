/** What may be chosen in the wizard, in which order it stands, and what comes of it. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import type { Step } from "../../src/kmem/kmem.ts";
import type { Asker } from "../../src/wizard/ask.ts";
import { chooseHosts } from "../../src/wizard/choose-hosts.ts";
import { chooseMend } from "../../src/wizard/choose-mend.ts";
import { confirm } from "../../src/wizard/confirm.ts";
import { tookBefore } from "../../src/wizard/elsewhere.ts";
import { canRollOut, legsOf, recipe } from "../../src/wizard/leg.ts";
import { likeHosts, worstFirst } from "../../src/wizard/like-hosts.ts";
import { matching } from "../../src/wizard/matching.ts";
import { recommended } from "../../src/wizard/policy.ts";
import { begun, madeUpJournal } from "../report/recorded.ts";
import { clean, judged, kubeletLeaks, scanOf } from "./made-up.ts";

const place = { file: "/somewhere/playbooks/kmem.yml", line: 1, column: 1 };

t.test(
  "how long it took is of batches that changed hosts, lost none and were not gone on with",
  async (t) => {
    const took = (
      fill: (add: ReturnType<typeof madeUpJournal>["add"]) => void,
      head: Partial<typeof begun> = {},
    ) => {
      const { events, add } = madeUpJournal();
      add("run:started", { ...begun, ...head });
      add("play:started", { play: 1, name: "x", place, hosts: ["a"] });
      fill(add);
      return tookBefore([events], "kmend.playbooks.kmem")?.batchSeconds ?? null;
    };
    const batch =
      ({ unreachable = [] as string[], resumes = false, changes = true, number = 1 } = {}) =>
      (add: ReturnType<typeof madeUpJournal>["add"]): void => {
        add("batch:started", { play: 1, batch: number, of: 2, hosts: ["a"] });
        if (changes) add("change:applied", { change: "1", host: "a" });
        if (resumes) add("run:resumed", { kmend: "1", options: {}, hadEnded: false, limit: null });
        const ended = { play: 1, batch: number, of: 2, hosts: 1, failed: [], takenBack: false, toCome: 0 };
        add("batch:ended", { ...ended, unreachable });
      };
    t.strictSame(took(batch()), [0.02]);
    t.strictSame(took(batch(), { command: "apply" }), [0.02]);
    t.equal(took(batch(), { check: true }), null);
    t.equal(took(batch(), { command: "rollback" }), null);
    t.equal(took(batch({ unreachable: ["a"] })), null);
    t.equal(took(batch({ resumes: true })), null);
    t.equal(took(batch({ changes: false })), null);
    const two = (add: ReturnType<typeof madeUpJournal>["add"]): void => {
      batch()(add);
      batch({ number: 2, changes: false })(add);
    };
    t.strictSame(took(two), [0.02], "what the batch before changed is not this one's");
  },
);

t.test("who runs out first is worst, then who leaked most", async (t) => {
  const host = (name: string, secondsLeft: number | null, kmemIds: number) => {
    const made = judged(name, "leaking", kmemIds);
    if ("problem" in made) throw new Error("it was read");
    return { ...made, exhaustion: { ...made.exhaustion, secondsLeft } };
  };
  const hosts = [host("a", null, 1), host("b", null, 9), host("c", 60, 0), host("d", 30, 0)];
  t.strictSame(
    worstFirst(hosts).map((each) => each.host),
    ["d", "c", "b", "a"],
  );
});

t.test("the cluster's rollout does whole ways alone; a new kernel is booted", async (t) => {
  const way = (...names: string[]) => names.map((name) => ({ playbook: `kmend.playbooks.${name}` }) as Step);
  t.ok(canRollOut(way("fix-kubelet", "reboot")));
  t.notOk(canRollOut(way("fix-kubelet", "boot-parameter")));
  t.strictSame(recipe(way("upgrade-kernel")), {
    playbooks: ["kmend.playbooks.upgrade-kernel", "kmend.playbooks.verify"],
    variables: { kmem_reboot: true },
  });
  t.strictSame(recipe(way("upgrade-kubelet")).variables, {});
});

t.test(
  "a leg of several groups does what each of them needs, said once, and needs the dearest",
  async (t) => {
    const step = (name: string, needs: string) =>
      ({ playbook: `kmend.playbooks.${name}`, does: name, needs }) as Step;
    const chosen = (host: string, ...way: Step[]) => ({ hosts: [host], way, settings: {}, byCluster: false });
    const [kubelet, runtime] = [step("fix-kubelet", "restart"), step("fix-runtime", "drain")];
    t.strictSame(legsOf([chosen("a", kubelet), chosen("b", kubelet, runtime), chosen("c", kubelet)]), [
      {
        playbooks: ["kmend.playbooks.kmem"],
        variables: { kmem_renewal: "live" },
        hosts: ["a", "b", "c"],
        does: ["fix-kubelet", "fix-runtime"],
        needs: "drain",
      },
    ]);
  },
);

t.test("what is recommended changes with the fourth host and the twenty-first", async (t) => {
  t.strictSame(
    [3, 4, 20, 21].map((hosts) => [recommended(hosts).soak, recommended(hosts).batches.join(" ")]),
    [
      ["0s", "1"],
      ["1m", "1 50% 100%"],
      ["1m", "1 50% 100%"],
      ["5m", "1 10% 25%"],
    ],
  );
});

t.test(
  "up to ten hosts are confirmed by a key, more by their number, and the first choice changes nothing",
  async (t) => {
    const asked = async (count: number, answer: boolean | null, typed = ""): Promise<unknown> => {
      let question = "";
      const refused: (string | null)[] = [];
      const asker = {
        say: () => {},
        choose: async (_: string, choices: readonly { readonly value: unknown }[]) => {
          t.equal(choices[0]?.value, false);
          return answer;
        },
        text: async (text: string, _: string, wrong: (answer: string) => string | null) => {
          question = text;
          refused.push(wrong(typed), wrong("12"), wrong(""));
          return typed;
        },
      } as unknown as Asker;
      const hosts = Array.from({ length: count }, (_, i) => `node-${i}`);
      return [
        await confirm(asker, { hosts, failing: [], width: 80 }),
        question,
        refused.map((each) => each !== null),
      ];
    };
    t.strictSame(await asked(10, true), [true, "", []]);
    t.strictSame(await asked(11, null), [null, "", []]);
    t.strictSame(await asked(11, false), [false, "", []]);
    const question = 'Type the number of hosts to confirm (11), or "no"';
    t.strictSame(await asked(11, true, "11"), [true, question, [false, true, true]]);
    t.strictSame(await asked(11, true, "no"), [false, question, [false, true, true]]);
  },
);

t.test(
  "groups: what leaks, then what is not known, then what is well; among these who runs out first",
  async (t) => {
    const host = (name: string, verdict: string, switchedOnBy: string, secondsLeft: number | null) => {
      const made = judged(name, verdict, 5);
      if ("problem" in made) throw new Error("it was read");
      const { diagnosis, exhaustion } = made;
      return {
        ...made,
        diagnosis: { ...diagnosis, switchedOnBy },
        exhaustion: { ...exhaustion, secondsLeft },
      };
    };
    const hosts = [
      host("well", "clean", "nobody", null),
      host("dark", "unknown", "unknown", null),
      host("late", "leaking", "runtime", null),
      host("soon", "leaking", "kubelet", 60),
    ];
    t.strictSame(
      likeHosts(hosts, []).map((group) => group.hosts.map((each) => each.host)),
      [["soon"], ["late"], ["dark"], ["well"]],
    );
    const [first, later] = [scanOf({ a: kubeletLeaks }), scanOf({ a: clean })];
    const ways = (events: readonly Event[]) => likeHosts(first.hosts, events)[0]?.ways?.[0]?.length;
    t.equal(ways([...first.events, ...later.events]), ways(first.events), "as it was first read");
    t.not(ways(later.events), ways(first.events));
  },
);

t.test("a pattern may be in letters of either case", async (t) => {
  t.strictSame(matching(["App-1", "web-1"], "aPP-? !WEB*"), ["App-1"]);
  t.strictSame(matching(["App-1", "web-1"], "PP"), ["App-1"]);
});

t.test("the worst of five can be asked for, of four one sees them; one alone is not asked for", async (t) => {
  const offered = async (count: number): Promise<readonly unknown[]> => {
    let values: readonly unknown[] = [];
    const asker = {
      choose: async (_: string, choices: readonly { readonly value: unknown }[]) => {
        values = choices.map(({ value }) => value);
        return "all";
      },
    } as unknown as Asker;
    const hosts = Array.from({ length: count }, (_, i) => judged(`node-${i}`, "leaking", 1));
    await chooseHosts(asker, hosts as Parameters<typeof chooseHosts>[1], 80);
    return values;
  };
  t.strictSame(await offered(1), []);
  t.strictSame(await offered(4), ["all", "some", "each"]);
  t.strictSame(await offered(5), ["all", "worst", "some", "each"]);
});

t.test("of the worst as many may be asked for as there are", async (t) => {
  const wrong: (string | null)[] = [];
  const asker = {
    say: () => {},
    choose: async () => "worst",
    text: async (_: string, initial: string, check: (answer: string) => string | null) => {
      wrong.push(...["5", "6", "0", "x"].map(check), initial);
      return "2";
    },
  } as unknown as Asker;
  const hosts = [1, 5, 3, 2, 4].map((ids) => judged(`node-${ids}`, "leaking", ids));
  t.strictSame(await chooseHosts(asker, hosts as Parameters<typeof chooseHosts>[1], 80), [
    "node-5",
    "node-4",
  ]);
  const no = "A number from 1 to 5, please.";
  t.strictSame(wrong, [null, no, no, no, "1"]);
});

t.test("two hundred hosts that a pattern names are gone through once more, one more is not", async (t) => {
  const picked = async (count: number): Promise<boolean> => {
    let isPicked = false;
    const asker = {
      say: () => {},
      choose: async () => "some",
      text: async () => "node-*",
      pick: async () => {
        isPicked = true;
        return [];
      },
    } as unknown as Asker;
    const hosts = Array.from({ length: count }, (_, i) => judged(`node-${i}`, "leaking", 1));
    await chooseHosts(asker, hosts as Parameters<typeof chooseHosts>[1], 80);
    return isPicked;
  };
  t.ok(await picked(200));
  t.notOk(await picked(201));
});

t.test("the cluster may empty the nodes where it knows all of them", async (t) => {
  const { hosts, events } = scanOf({ a: kubeletLeaks, b: kubeletLeaks });
  const offered = async (nodes: readonly string[]): Promise<readonly unknown[]> => {
    let values: readonly unknown[] = [];
    const asker = {
      say: () => {},
      choose: async (question: string, choices: readonly { readonly value: unknown }[]) => {
        if (question === "Which of them?") return "all";
        if (!question.startsWith("What empties")) {
          const ways = choices.map(({ value }) => value as readonly Step[] | null);
          return ways.find((way) => way && canRollOut(way) && way.some(({ needs }) => needs === "reboot"));
        }
        values = choices.map(({ value }) => value);
        return values[0];
      },
    } as unknown as Asker;
    const clusterNodes = async (): Promise<readonly string[]> => nodes;
    const chosen = await chooseMend(asker, likeHosts(hosts, events), {
      width: 80,
      earlier: [],
      clusterNodes,
    });
    t.strictSame(
      chosen.map((each) => [each.hosts, each.byCluster]),
      [[["a", "b"], values[0] === "cluster"]],
    );
    return values;
  };
  t.strictSame(await offered(["a", "b", "c"]), ["cluster", "inventory", "commands"]);
  t.strictSame(await offered(["a"]), ["inventory", "commands"]);
});

t.test(
  "what a way wants to be told is asked for; what may be left to the inventory is, where nothing is said",
  async (t) => {
    const { hosts, events } = scanOf({ a: kubeletLeaks });
    const [group] = likeHosts(hosts, events);
    const [step] = group?.ways?.[0] ?? [];
    if (!group || !step) throw new Error("it leaks");
    const way = [{ ...step, playbook: "kmend.playbooks.upgrade-kubelet", needs: "upgrade" } as Step];
    const takes: (readonly boolean[])[] = [];
    const asker = {
      say: () => {},
      choose: async () => way,
      text: async (question: string, _: string, wrong: (answer: string) => string | null) => {
        takes.push(["", "1.21.14", "two words"].map((answer) => wrong(answer) === null));
        return question.startsWith("Kubelet") ? "kubelet-1.21.14-0" : "";
      },
    } as unknown as Asker;
    const options = { width: 80, earlier: [], clusterNodes: async () => [] };
    const [chosen] = await chooseMend(asker, [{ ...group, ways: [way] }], options);
    t.strictSame(chosen?.settings, { kmem_kubelet_upgrade: "kubelet-1.21.14-0" });
    t.strictSame(takes, [
      [false, true, false],
      [true, true, false],
    ]);
  },
);
