import type { EndReason, Event, Events } from "../journal/journal.ts";
import { firstHosts } from "./host-order.ts";
import type { Tone } from "./style.ts";

/** More names than that say less, not more: the journal has all of them. */
const mostNames = 20;

/** Why a run ends early, and what stands then; null for events that say nothing of it. */
export function cutShortLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type === "run:limit-reached") return { text: `\n${limitText(event)}`, tone: "failed" };
  if (event.type !== "run:cut-short") return null;
  const lists = [
    ["done", event.done],
    ["half done", event.halfDone],
    ["untouched", event.untouched],
  ] as const;
  const lines = lists
    .filter(([, hosts]) => hosts.length > 0)
    .map(([what, hosts]) => `  ${what}: ${firstHosts(hosts, mostNames)}`);
  return {
    text: [`\nENDED EARLY: ${reasons[event.reason](event)}`, ...lines, waysOn[event.goOn](event.run)].join(
      "\n",
    ),
    tone: "warning",
  };
}

const waysOn: Readonly<Record<Events["run:cut-short"]["goOn"], (run: string) => string>> = {
  resume: (run) => `  To go on with it:\n      kmend resume ${run}`,
  retry: (run) =>
    `  Once what the hosts failed at is mended, to go on with it:\n      kmend resume ${run} --retry-failed`,
  anew: () =>
    "  Hosts were taken back, and take no further part: once the reason is gone, run the playbook again.",
};

/** Which limit was reached, with its numbers. */
export function limitText({ keyword, allowed, failed, of }: Events["run:limit-reached"]): string {
  const share = (100 * failed.length) / of;
  return keyword === "max_fail_hosts"
    ? `TOO MANY FAILED: ${failed.length} hosts of the run, max_fail_hosts allows ${allowed}: ${firstHosts(failed, mostNames)}`
    : `TOO MANY FAILED: ${failed.length} of ${of} hosts of the batch (${Number(share.toFixed(1))} %), max_fail_percentage allows ${allowed} %: ${firstHosts(failed, mostNames)}`;
}

const reasons: Readonly<Record<EndReason, (event: Events["run:cut-short"]) => string>> = {
  done: () => "something was left to do",
  failed: () => "hosts failed",
  unreachable: () => "hosts could not be reached",
  limit: () => "too many hosts failed",
  window: ({ notAfter }) => `no batch starts after ${notAfter}`,
  interrupted: () => "it was interrupted",
  error: () => "it could not go on",
  fault: () => "a fault in kmend",
};
