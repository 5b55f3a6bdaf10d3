import { awaitingRebootText } from "./awaiting-reboot.ts";
import { byHostName } from "./host-order.ts";
import { howMany } from "./how-many.ts";
import { type Diagnosed, leaks, type ScannedHost } from "./scan.ts";
import { harmless } from "./style.ts";

/** Hosts that are alike, and are mended alike, in one group, worst first; then those that could not be read. */
export function scanText(hosts: readonly ScannedHost[]): string {
  if (hosts.length === 0) return "No host was read";
  const groups = new Map<string, ScannedHost[]>();
  for (const each of [...hosts].sort((a, b) => byHostName(a.host, b.host))) {
    const key = `${titleOf(each)}\n${mendLine(each)}`;
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  const texts = [...groups.values()]
    .map((members) => ({ members, rank: rank(members) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ members }) => groupText(members));
  const read = hosts.filter((each) => "awaitsReboot" in each);
  return [...texts, ...awaitingRebootText(read), ...undated(hosts)].join("\n\n");
}

function groupText(members: readonly ScannedHost[]): string {
  const [first] = members;
  if (!first) return "";
  const title = `${titleOf(first)}: ${howMany(members.length, "host")}`;
  return [title, mendLine(first), ...members.map((each) => `  ${hostLine(each)}`)]
    .filter((line) => line !== "")
    .join("\n");
}

const order = ["leaking", "still leaking", "unknown", "unreachable", "failed", "clean", "not affected"];

function rank([first]: readonly ScannedHost[]): number {
  return first ? order.findIndex((word) => titleOf(first).startsWith(word)) : order.length;
}

function titleOf(scanned: ScannedHost): string {
  if ("problem" in scanned) return scanned.problem.split(":")[0] ?? "failed";
  const { verdict, perPod } = scanned.diagnosis;
  const by = leaks(scanned) ? `, ${byWhom(scanned.diagnosis)}` : "";
  return `${verdict.replaceAll("-", " ")}${by} (${perPod.says})`;
}

/** After a swap nobody may switch it on any more: it is handed down. */
function byWhom({ verdict, switchedOnBy, switchesOnNow }: Diagnosed): string {
  if (verdict !== "still-leaking-after-swap" || !switchesOnNow) return `switched on by ${switchedOnBy}`;
  const { runtime } = switchesOnNow;
  if (runtime === false) return "handed down by kubepods, switched on by nobody now";
  return `handed down by kubepods; ${runtime ? "the runtime switches it on now" : "whether the runtime switches it on now is unknown"}`;
}

/** The plan is the whole group's: it is said once. */
function mendLine(scanned: ScannedHost): string {
  if ("problem" in scanned || !leaks(scanned)) return "";
  if (scanned.mend === null) return "  to mend it: unknown, as what decides could not be read";
  return `  to mend it: ${scanned.mend.map(({ does }) => harmless(does)).join("; then ") || "nothing is needed"}`;
}

function hostLine(scanned: ScannedHost): string {
  if ("problem" in scanned) return `${scanned.host}: ${harmless(problemBelow(scanned))}`;
  const { leaked, idsLeft } = scanned.diagnosis;
  const { kind, basis, certainty, says } = scanned.exhaustion;
  const rate = (basis === null && certainty !== "estimated") || kind === "unknown" ? "" : `, ${says}`;
  const count =
    leaked.kmemIds === null
      ? "an unknown number of"
      : `${leaked.isAtLeast ? "at least " : ""}${leaked.kmemIds}`;
  const atMost = leaked.isAtLeast || leaked.mayHoldMoreMemcgIds ? "at most " : "";
  const left = idsLeft === null ? "" : `, ${atMost}${idsLeft.toLocaleString("en")} memcg ids left`;
  return `${scanned.host}: ${count} kmem ids leaked${left}${rate} (${harmless(leaked.says)})`;
}

/** The title says already that it is unreachable or failed, and the line whose; a way out stands below its own host. */
function problemBelow({ host, problem }: Extract<ScannedHost, { problem: string }>): string {
  const said = problem.replace(/^\w+: /, "");
  const own = said.startsWith(`${host}: `) ? said.slice(host.length + 2) : said;
  return own.replaceAll("\n", "\n  ");
}

/** Why, each host's explanation says: it would be the same line for a whole fleet. */
function undated(hosts: readonly ScannedHost[]): string[] {
  const count = hosts.filter(
    (each) => leaks(each) && "diagnosis" in each && each.exhaustion.kind === "unknown",
  ).length;
  if (count === 0) return [];
  return [`When ids run out is unknown on ${howMany(count, "host")}: --explain HOST says why`];
}
