/** Hosts in a line. */

export function hostCount(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "host" : "hosts"}`;
}

/** Names of hosts, as many as a line takes, and how many more there are. */
export function hostNames(hosts: readonly string[], most = 8): string {
  const shown = hosts.slice(0, most).join(", ");
  const more = hosts.length - most;
  return more > 0 ? `${shown} and ${more.toLocaleString("en")} more` : shown;
}
