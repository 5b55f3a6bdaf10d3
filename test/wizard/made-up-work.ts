/** Work over hosts that are data, for the wizard to have done. */

import type { Event } from "../../src/journal/journal.ts";
import type { Kept } from "../../src/wizard/kept.ts";
import type { Given, Ran, Scanned, Watched, Work } from "../../src/wizard/work.ts";
import { clean, exitCodeOf, kubeletLeaks, resumed, runOf, runtimeLeaks, scanOf } from "./made-up.ts";

export const fleet = {
  "app-1": kubeletLeaks,
  "app-2": kubeletLeaks,
  "compute-1": runtimeLeaks,
  "web-1": clean,
};
const mended = scanOf({ "app-1": clean, "app-2": clean, "compute-1": clean });

/** Writes down what it was asked to do. */
export class MadeUpWork implements Work {
  readonly done: string[] = [];
  readonly ranWith: Given[] = [];
  kept: Kept | null = null;
  scans: Scanned[];
  readonly #runs = new Map<string, readonly Event[]>();

  constructor(...scans: readonly Scanned[]) {
    this.scans = [...scans];
  }

  sources: Work["sources"] = async () => [{ inventory: ["hosts.yml"], name: "hosts.yml", hosts: 4 }];
  hostsOf: Work["hostsOf"] = async () => 4;
  clusterNodes: Work["clusterNodes"] = async () => [];
  scan: Work["scan"] = async (_, hosts) => {
    this.done.push(`scan ${hosts?.join(",") ?? "all"}`);
    return this.scans.shift() ?? mended;
  };
  plan: Work["plan"] = async ({ leg }) => {
    this.done.push(`plan ${leg.hosts.join(",")}`);
    return this.#ran("p-1", runOf([leg.hosts]));
  };
  run: Work["run"] = async (given, watched) => {
    this.ranWith.push(given);
    const run = `r-${this.ranWith.length}`;
    this.done.push(`run ${given.leg.hosts.join(",")}`);
    await watched.begun(run);
    return this.#through(run, { given, from: 1 }, watched);
  };
  resume: Work["resume"] = async (run, given, watched, { retryFailed }) => {
    this.done.push(`resume ${run}${retryFailed ? " --retry-failed" : ""}`);
    return this.#through(run, { given, from: 2 }, watched);
  };
  rollback: Work["rollback"] = async (run, hosts) => {
    this.done.push(`rollback ${run} ${hosts?.join(",") ?? "all"}`);
    return this.#ran("b-1", runOf([]));
  };
  recorded: Work["recorded"] = async (run) => {
    const events = this.#runs.get(run);
    return events ? this.#ran(run, events) : null;
  };
  report: Work["report"] = async (run) => `/state/fix/${run}.html`;
  earlier: Work["earlier"] = async () => [];
  keep: Work["keep"] = async (kept) => {
    this.kept = JSON.parse(JSON.stringify(kept));
  };
  command: Work["command"] = async ({ leg }) => `kmend run --limit ${leg.hosts.join(",")}`;

  /** One host, and then the rest; somebody is told of each batch. */
  async #through(
    run: string,
    { given, from }: { readonly given: Given; readonly from: number },
    { asks, between }: Watched,
  ): Promise<Ran> {
    const { hosts } = given.leg;
    const batches = [hosts.slice(0, 1), hosts.slice(1)].filter((batch) => batch.length > 0);
    for (let number = from; number <= batches.length; number += 1) {
      const toCome = batches.slice(number - 1).flat();
      const stopped = runOf(batches.slice(0, number - 1), { toCome, exitCode: 99 });
      const events = from > 1 ? [...stopped, resumed] : stopped;
      const next = { play: "Mend", number, of: batches.length, hosts: toCome, events };
      if (asks(next) && !(await between(next))) return this.#ran(run, stopped);
    }
    return this.#ran(run, runOf(batches));
  }

  #ran(run: string, events: readonly Event[]): Ran {
    this.#runs.set(run, events);
    return { run, folder: `/state/runs/${run}`, events, exitCode: exitCodeOf(events) };
  }
}
