import type { Events, Recap } from "../journal/journal.ts";
import { paint, type Tone } from "./style.ts";

/** Ansible's `PLAY RECAP` lines to the letter: people's scripts read them. Hosts by name. */
export function recapLines(recap: Events["run:ended"]["recap"], colour = false): string[] {
  return Object.keys(recap)
    .sort()
    .map((host) => recapLine(host, recap[host] as Recap, colour));
}

function recapLine(host: string, recap: Recap, colour: boolean): string {
  const tone: Tone =
    recap.failed > 0 || recap.unreachable > 0 ? "failed" : recap.changed > 0 ? "changed" : "ok";
  const field = (name: keyof Recap, shade: Tone): string => {
    const text = `${name}=${String(recap[name]).padEnd(4)}`;
    return recap[name] > 0 ? paint(colour, shade, text) : text;
  };
  return [
    `${paint(colour, tone, host)}${" ".repeat(Math.max(0, 26 - host.length))} :`,
    field("ok", "ok"),
    field("changed", "changed"),
    field("unreachable", "unreachable"),
    field("failed", "failed"),
    field("skipped", "skipped"),
    field("rescued", "warning"),
    field("ignored", "warning"),
  ].join(" ");
}
