/** One leg after another: who is asked when, and what is done of it. */

import t from "tap";
import { type Asker, Left } from "../../src/wizard/ask.ts";
import { type Kept, nothingKept } from "../../src/wizard/kept.ts";
import type { Leg } from "../../src/wizard/leg.ts";
import { mendLegs } from "../../src/wizard/mend-legs.ts";
import { recommended } from "../../src/wizard/policy.ts";
import type { Ran, Work } from "../../src/wizard/work.ts";
import { runOf } from "./made-up.ts";

const leg = (host: string): Leg => ({
  hosts: [host, `${host}-too`],
  does: ["mend it"],
  needs: "restart",
  playbooks: ["kmend.playbooks.kmem"],
  variables: {},
});
const firstBatch = runOf([["a"]], { toCome: ["a-too"] });

interface Played {
  readonly asks?: boolean;
  /** Answers, by how a question begins. */
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly exitCodes?: readonly (number | null)[];
  readonly backExit?: number;
  readonly legs?: readonly Leg[];
  readonly isLeft?: boolean;
  /** What the journal has of a run that was begun before. */
  readonly before?: number | null;
}

async function play({
  asks = true,
  answers = {},
  exitCodes = [0],
  backExit = 0,
  legs = [leg("a")],
  isLeft = false,
  before,
}: Played) {
  const done: string[] = [];
  let kept: Kept = {
    ...nothingKept,
    legs,
    policy: { ...recommended(2), asks },
    runs: before === undefined ? [] : ["r-0"],
  };
  const asker = {
    say: (lines: readonly string[]) => done.push(...lines.filter((line) => /back/.test(line))),
    choose: async (question: string) => {
      done.push(question);
      if (isLeft) throw new Left();
      const found = Object.entries(answers).find(([begin]) => question.startsWith(begin));
      if (!found) throw new Error(`No answer to ${question}`);
      return found[1];
    },
  } as unknown as Asker;
  let begun = 0;
  const work = {
    run: async (given, { begun: tell, asks: isAsked, between }) => {
      const run = `r-${++begun}`;
      done.push(`run ${given.leg.hosts.join(" ")}`);
      await tell(run);
      const next = { play: "Mend", number: 2, of: 2, hosts: ["a-too"], events: firstBatch };
      const goesOn = !isAsked(next) || (await between(next));
      const exitCode = goesOn ? (exitCodes[begun - 1] as number | null) : 99;
      return { run, folder: "/f", exitCode, events: firstBatch };
    },
    recorded: async (run) => ({ run, folder: "/f", exitCode: before ?? null, events: firstBatch }),
    resume: async (run, _, __, { retryFailed }) => {
      done.push(retryFailed ? "resume, and try again" : "resume");
      return { run, folder: "/f", exitCode: 0, events: firstBatch };
    },
    rollback: async (run, hosts) => {
      done.push(`rollback ${run} ${hosts?.join(" ") ?? "all"}`);
      return { run: "r-back", folder: "/f", exitCode: backExit, events: [] };
    },
  } as Partial<Work> as Work;
  let ran: readonly Ran[] | "left" = [];
  try {
    ran = await mendLegs(work, asker, {
      kept: () => kept,
      keep: async (change) => {
        kept = { ...kept, ...change };
      },
      width: 80,
    });
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    ran = "left";
  }
  return {
    done,
    runs: kept.runs,
    ran: ran === "left" ? ran : ran.map(({ run, exitCode }) => `${run}: ${exitCode}`),
  };
}

const between = "Batch 2 of 2 is next.";
const badly = "That did not end well. Other hosts are still to be mended in another way.";

t.test("between batches somebody is asked, where that was chosen", async (t) => {
  t.strictSame(await play({ answers: { Batch: null } }), {
    done: ["run a a-too", between],
    runs: ["r-1"],
    ran: ["r-1: 0"],
  });
  t.strictSame((await play({ asks: false })).done, ["run a a-too"]);
});

t.test("who stops there has left; who leaves there, too, but the run ends first", async (t) => {
  t.equal((await play({ answers: { Batch: "stop" } })).ran, "left");
  t.equal((await play({ isLeft: true })).ran, "left");
});

t.test("the last batch alone, or all of the run, is taken back, and the leg did not end well", async (t) => {
  const last = await play({ answers: { Batch: "rollback-batch" } });
  t.strictSame(last.done.slice(2), ["Taking back a:", "rollback r-1 a"]);
  t.strictSame(last.ran, ["r-1: 99"]);
  const all = await play({ answers: { Batch: "rollback-run" }, backExit: 2 });
  t.strictSame(all.done.slice(2), [
    "Taking back all of r-1:",
    "rollback r-1 all",
    "Not all of it could be taken back. What is left is said by",
    "    kmend show r-back",
  ]);
});

t.test(
  "after a leg that did not end well it is asked before the next; after the last there is nothing to ask",
  async (t) => {
    const legs = [leg("a"), leg("b")];
    const stopped = await play({ asks: false, legs, exitCodes: [2, 0], answers: { That: false } });
    t.strictSame(stopped, { done: ["run a a-too", badly], runs: ["r-1"], ran: ["r-1: 2"] });
    const gone = await play({ asks: false, legs, exitCodes: [2, 2], answers: { That: true } });
    t.strictSame(gone, {
      done: ["run a a-too", badly, "run b b-too"],
      runs: ["r-1", "r-2"],
      ran: ["r-1: 2", "r-2: 2"],
    });
  },
);

t.test("a run without a last word, or that was interrupted, has left", async (t) => {
  for (const exitCode of [null, 99])
    t.equal((await play({ asks: false, exitCodes: [exitCode] })).ran, "left");
});

t.test("a run that was begun before somebody left goes on, goes back, or stays, as is said", async (t) => {
  const come = async (before: number | null, wish: unknown) => {
    const { done, ran } = await play({ before, answers: { What: wish } });
    return [done.at(-1), ran];
  };
  const question = "What is to become of it?";
  t.strictSame((await play({ before: 0 })).ran, ["r-0: 0"], "nothing is asked of one that ended well");
  t.strictSame(await come(null, "on"), ["resume", ["r-0: 0"]]);
  t.strictSame(await come(2, "retry"), ["resume, and try again", ["r-0: 0"]]);
  t.strictSame(await come(2, "verify"), [question, ["r-0: 2"]]);
  t.strictSame(await come(2, "back"), ["rollback r-0 all", ["r-0: 99"]]);
  t.strictSame(await come(2, null), [question, "left"]);
});
