/** Who leaks, for one host's explanation: names where the node still has them. */

export interface ScannedWorkloads {
  readonly leaking: readonly { readonly uid: string; readonly name: string | null }[];
  readonly gone: readonly { readonly cgroup: string; readonly pod: string | null }[];
  readonly goneOthers: number;
}

/** A node has a hundred pods, and may have leaked thousands: the JSON has those that are left out here. */
const most = 10;

export function workloadLines({ leaking, gone, goneOthers }: ScannedWorkloads): string[] {
  const alive = leaking.map(({ uid, name }) => name ?? `pod ${uid}`);
  const dead = gone.map(({ cgroup, pod }) =>
    pod === null ? shortened(cgroup) : `${shortened(cgroup)} of ${pod}`,
  );
  return [
    ...(alive.length > 0 ? [`Leak when they are deleted: ${listed(alive, alive.length)}`] : []),
    ...(dead.length > 0 ? [`Containers that leaked: ${listed(dead, dead.length + goneOthers)}`] : []),
  ];
}

function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, most);
  const more = count - shown.length;
  return `${shown.join(", ")}${more > 0 ? `, and ${more.toLocaleString("en")} more` : ""}`;
}

function shortened(cgroup: string): string {
  return cgroup.replace(/[0-9a-f]{64}/, (id) => id.slice(0, 12));
}
