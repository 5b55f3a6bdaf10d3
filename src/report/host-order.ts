import { harmless } from "./style.ts";

/** The first of some hosts, as many as a line takes, and how many more there are. */
export function firstHosts(hosts: readonly string[], most = 8): string {
  const more = hosts.length - most;
  const shown = hosts.slice(0, most).map(harmless).join(", ");
  return more > 0 ? `${shown} and ${more.toLocaleString("en")} more` : shown;
}

/** Host names in the order that people count in: node-2 before node-10. */
export const byHostName = new Intl.Collator("en", { numeric: true }).compare;
