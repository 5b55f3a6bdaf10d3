import type { Act } from "../journal/journal.ts";

/** What a change does to those who use the host, as a plan says it. */
export const actWords: Readonly<Record<Act, string>> = {
  reboots: "reboots the host",
  drains: "drains the node",
  restarts: "restarts a service",
  stops: "stops a service",
};
