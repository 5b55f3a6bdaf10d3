/** The wizard from its beginning, or from where somebody left it, to its end. */

import { exitCodes } from "../problem/problem.ts";
import { firstHosts, howMany, wrapAll } from "../report/report.ts";
import { type Asker, Left } from "./ask.ts";
import { chooseInventory } from "./choose-inventory.ts";
import { chooseMend } from "./choose-mend.ts";
import { choosePolicy } from "./choose-policy.ts";
import { confirm } from "./confirm.ts";
import { type Kept, nothingKept } from "./kept.ts";
import { type Leg, legsOf } from "./leg.ts";
import { likeHosts } from "./like-hosts.ts";
import { mendLegs } from "./mend-legs.ts";
import { type Policy, recommended } from "./policy.ts";
import { diagnosisScreen } from "./screens/diagnosis.ts";
import { endScreen, isWell, stateOf, verifiedScreen } from "./screens/end.ts";
import { leftScreen } from "./screens/left.ts";
import { planScreen, wouldFail } from "./screens/plan.ts";
import type { Ran, Scanned, Work } from "./work.ts";

export interface FixOptions {
  /** Columns of the screen. */
  readonly width: number;
  /** An inventory that was named. */
  readonly inventory: readonly string[] | null;
  /** Where somebody left it. */
  readonly kept: Kept | null;
  /** The command that comes back to it. */
  readonly comeBack: string;
}

/** @returns the exit code: 0 where every host that was chosen no longer leaks, 2 where some does, 99 where somebody left */
export async function fix(work: Work, asker: Asker, options: FixOptions): Promise<number> {
  const wizard = new Wizard(work, asker, options);
  try {
    return await wizard.go();
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    asker.say(["", ...(await leftScreen(wizard.kept, work, options))]);
    return exitCodes.interrupted;
  }
}

class Wizard {
  readonly #work: Work;
  readonly #asker: Asker;
  readonly #options: FixOptions;
  kept: Kept;

  constructor(work: Work, asker: Asker, options: FixOptions) {
    this.#work = work;
    this.#asker = asker;
    this.#options = options;
    this.kept = options.kept ?? nothingKept;
  }

  async go(): Promise<number> {
    if (!this.kept.isConfirmed && !(await this.#chooseAll())) return exitCodes.ok;
    const keep = (change: Partial<Kept>): Promise<void> => this.#keep(change);
    const runs = await mendLegs(this.#work, this.#asker, {
      kept: () => this.kept,
      keep,
      width: this.#options.width,
    });
    return this.#verify(runs);
  }

  /** @returns false where there is nothing to do, or nothing is to be done */
  async #chooseAll(): Promise<boolean> {
    const inventory = this.#options.inventory ?? (await this.#inventory());
    await this.#keep({ inventory });
    for (;;) {
      const scanned = await this.#scan(inventory);
      const legs = await this.#chooseLegs(scanned);
      if (legs.length === 0) return false;
      const hosts = legs.flatMap((leg) => leg.hosts);
      const from = this.kept.policy ?? recommended(hosts.length);
      const policy = await choosePolicy(this.#asker, from, {
        hosts: hosts.length,
        width: this.#options.width,
      });
      await this.#keep({ legs, policy, before: beforeOf(scanned) });
      const isConfirmed = await this.#plan(legs, policy);
      if (isConfirmed === null) {
        await this.#keep({ legs: [] });
        continue;
      }
      await this.#keep({ isConfirmed });
      if (!isConfirmed)
        this.#asker.say(["Nothing was changed on any host.", ...(await this.#commands(legs, policy))]);
      return isConfirmed;
    }
  }

  #inventory(): Promise<readonly string[]> {
    const { inventory } = this.kept;
    return inventory.length > 0 ? Promise.resolve(inventory) : chooseInventory(this.#asker, this.#work);
  }

  /** Until as many hosts answer as are wanted. */
  async #scan(inventory: readonly string[]): Promise<Scanned> {
    for (;;) {
      const scanned = await this.#work.scan(inventory, null);
      if (scanned.isInterrupted) throw new Left();
      const groups = likeHosts(scanned.hosts, scanned.events);
      this.#asker.say(["", ...diagnosisScreen(groups, scanned.hosts, this.#options.width)]);
      const unread = scanned.hosts.filter((host) => "problem" in host).length;
      if (unread === 0) return scanned;
      const goOn = await this.#asker.choose<boolean | null>(
        `${unread} of ${scanned.hosts.length} could not be read.`,
        [
          ...(unread < scanned.hosts.length
            ? [{ value: true, name: "go on without them", about: "They stay as they are." }]
            : []),
          { value: false, name: "try again" },
          { value: null, name: "leave" },
        ],
      );
      if (goOn === null) throw new Left();
      if (goOn) return scanned;
    }
  }

  async #chooseLegs(scanned: Scanned): Promise<readonly Leg[]> {
    const groups = likeHosts(scanned.hosts, scanned.events);
    if (!groups.some((group) => group.leaks)) {
      this.#asker.say(["", "No host that could be read leaks: there is nothing to mend."]);
      return [];
    }
    if (
      this.kept.legs.length > 0 &&
      (await this.#isAsBefore(groups.flatMap((group) => group.hosts.map((each) => each.host))))
    )
      return this.kept.legs;
    const earlier = await this.#work.earlier();
    const { inventory } = this.kept;
    const clusterNodes = (): Promise<readonly string[]> => this.#work.clusterNodes(inventory);
    const { width } = this.#options;
    const legs = legsOf(await chooseMend(this.#asker, groups, { width, earlier, clusterNodes }));
    if (legs.length === 0) this.#asker.say(["", "No host is to be mended. Nothing was changed."]);
    return legs;
  }

  async #isAsBefore(readable: readonly string[]): Promise<boolean> {
    const legs = this.kept.legs.filter((leg) => leg.hosts.every((host) => readable.includes(host)));
    if (legs.length < this.kept.legs.length) return false;
    this.#asker.say([
      "",
      ...wrapAll(
        [
          "You had chosen:",
          ...legs.map((leg) => `- ${leg.does.join("; then ")}, on ${firstHosts(leg.hosts)}`),
        ],
        this.#options.width,
      ),
    ]);
    return this.#asker.choose("Go on with that?", [
      { value: true, name: "yes" },
      { value: false, name: "choose anew" },
    ]);
  }

  /** @returns whether it is to be done; null: something else is to be chosen */
  async #plan(legs: readonly Leg[], policy: Policy): Promise<boolean | null> {
    this.#asker.say([""]);
    const failing: string[] = [];
    for (const leg of legs) {
      this.#asker.say([
        `Asking ${howMany(leg.hosts.length, "host")} what would change; nothing is changed ...`,
      ]);
      const planned = await this.#work.plan({ inventory: this.kept.inventory, leg, policy });
      if (planned.exitCode === exitCodes.interrupted) throw new Left();
      this.#asker.say(["", ...planScreen(leg, planned, this.#options.width)]);
      failing.push(...wouldFail(planned.events));
    }
    return confirm(this.#asker, {
      hosts: legs.flatMap((leg) => leg.hosts),
      failing,
      width: this.#options.width,
    });
  }

  async #verify(runs: readonly Ran[]): Promise<number> {
    const hosts = this.kept.legs.flatMap((leg) => leg.hosts);
    this.#asker.say(["", "The same evidence once more:"]);
    const scanned = await this.#work.scan(this.kept.inventory, hosts);
    if (scanned.isInterrupted) throw new Left();
    await this.#keep({ isOver: true });
    const { width } = this.#options;
    const { policy } = this.kept;
    const commands = policy ? await this.#commandLines(this.kept.legs, policy) : [];
    this.#asker.say(["", ...verifiedScreen(this.kept.before, scanned.hosts, width), ""]);
    const reported = await Promise.all(
      runs.map(async (ran) => ({ ...ran, report: await this.#work.report(ran.run) })),
    );
    this.#asker.say(endScreen(reported, commands, width));
    const isMended = scanned.hosts.length > 0 && scanned.hosts.every(isWell);
    return isMended ? exitCodes.ok : exitCodes.hostsFailed;
  }

  async #commands(legs: readonly Leg[], policy: Policy): Promise<string[]> {
    const lines = await this.#commandLines(legs, policy);
    return ["To do it without being asked:", ...lines.map((line) => `    ${line}`)];
  }

  #commandLines(legs: readonly Leg[], policy: Policy): Promise<string[]> {
    const { inventory } = this.kept;
    return Promise.all(legs.map((leg) => this.#work.command({ inventory, leg, policy })));
  }

  async #keep(change: Partial<Kept>): Promise<void> {
    this.kept = { ...this.kept, ...change };
    await this.#work.keep(this.kept);
  }
}

function beforeOf({ hosts }: Scanned): Readonly<Record<string, string>> {
  return Object.fromEntries(hosts.map((host) => [host.host, stateOf(host)]));
}
