import { firstHosts, harmless, howMany, type ScannedHost, wrapAll } from "../../report/report.ts";
import { type JudgedHost, type LikeHosts, worstFirst } from "../like-hosts.ts";

/** More hosts than that are told of together. */
const mostTold = 5;

/** What was found, for a person: who leaks, why, how much, and when it ends; then who could not be read. */
export function diagnosisScreen(
  groups: readonly LikeHosts[],
  hosts: readonly ScannedHost[],
  width: number,
): string[] {
  const unread = hosts.filter((host) => "problem" in host);
  const leaking = groups.filter((group) => group.leaks).flatMap((group) => group.hosts);
  const texts = [
    `${howMany(hosts.length, "host")} looked at: ${leaking.length} leak, ${unread.length} could not be read.`,
    ...groups.flatMap((group, index) => ["", ...groupLines(group, index + 1)]),
    ...(unread.length > 0 ? ["", `Not read: ${howMany(unread.length, "host")}`] : []),
    ...unread.slice(0, mostTold).map((host) => `   ${host.host}: ${"problem" in host ? host.problem : ""}`),
    ...(unread.length > mostTold ? [`   and ${unread.length - mostTold} more`] : []),
  ];
  return wrapAll(texts.map(harmless), width);
}

/** `leaking, by kubelet`. */
export function groupTitle({ verdict, leaks, hosts: [first] }: LikeHosts): string {
  const by = first && leaks ? `, by ${first.diagnosis.switchedOnBy}` : "";
  return `${verdict.replaceAll("-", " ")}${by}`;
}

function groupLines(group: LikeHosts, number: number): string[] {
  const [first] = group.hosts;
  if (!first) return [];
  const names = firstHosts(group.hosts.map((host) => host.host));
  const title = `${number}. ${groupTitle(group)}: ${howMany(group.hosts.length, "host")}: ${names}`;
  if (!group.leaks) return [title, ...becauseLines(first, 1)];
  return [
    title,
    ...becauseLines(first, 3),
    `   A pod: ${first.diagnosis.perPod.says}`,
    ...worstFirst(group.hosts).slice(0, mostTold).map(leakLine),
    ...(group.hosts.length > mostTold
      ? [`   and ${group.hosts.length - mostTold} more, which leaked less`]
      : []),
  ];
}

function becauseLines({ diagnosis }: JudgedHost, most: number): string[] {
  return diagnosis.reasons
    .slice(0, most)
    .map(({ says, cites }) => `   - ${says} (read from ${cites.join(", ")})`);
}

function leakLine({ host, diagnosis, exhaustion }: JudgedHost): string {
  const { leaked, idsLeft } = diagnosis;
  const count = leaked.kmemIds === null ? "nobody can say how many" : leaked.kmemIds.toLocaleString("en");
  const atLeast = leaked.isAtLeast && leaked.kmemIds !== null ? "at least " : "";
  const atMost = leaked.isAtLeast || leaked.mayHoldMoreMemcgIds ? "at most " : "";
  const left =
    idsLeft === null
      ? "how many are left is unknown"
      : `${atMost}${idsLeft.toLocaleString("en")} of 65,535 left`;
  return `   - ${host}: ${atLeast}${count} cgroups leaked, ${left}; no pod starts once they are gone: ${whenText(exhaustion)}`;
}

function whenText({ kind, says }: JudgedHost["exhaustion"]): string {
  return kind === "unknown" ? `when is unknown (${says})` : says;
}
