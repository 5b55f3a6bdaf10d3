import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { quote } from "../script/script.ts";
import { type Given, policyVariables } from "../wizard/wizard.ts";
import { addressText, type MetricsAddress } from "./metrics-address.ts";
import { processMask } from "./process-mask.ts";

/** More hosts than that stand in a file. */
const mostNamed = 20;

/** What the wizard itself asks for, or what `run` does not have. */
const own = ["inventory", "limit", "resume", "plain"];

/** The command line that does a leg without asking anybody; to be copied.
 *  @param command as it was called: what was given to it is given on
 *  @param folder where a list of hosts is kept that is too long for a line */
export function sameCommand(command: Command, { inventory, leg, policy }: Given, folder: string): string {
  const variables = JSON.stringify({ ...leg.variables, ...policyVariables(policy, leg) });
  const words = [
    ...inventory.flatMap((source) => ["-i", sourceOf(source, folder)]),
    ...leg.playbooks,
    "--limit",
    limitOf(leg.hosts, folder),
    ...given(command),
    "-e",
    variables,
    "--on-failure",
    policy.onFailure,
  ];
  return processMask.text(`kmend run ${words.map(quoted).join(" ")}`);
}

function limitOf(hosts: readonly string[], folder: string): string {
  return hosts.length <= mostNamed ? hosts.join(",") : `@${listed(hosts, { folder, ending: "txt" })}`;
}

/** A list of hosts that is too long for a line is an inventory of its own. */
function sourceOf(source: string, folder: string): string {
  const hosts = source.split(",").filter((host) => host !== "");
  return hosts.length <= mostNamed ? source : listed(hosts, { folder, ending: "ini" });
}

function listed(
  hosts: readonly string[],
  { folder, ending }: { readonly folder: string; readonly ending: string },
): string {
  const lines = `${hosts.join("\n")}\n`;
  const name = `hosts-${createHash("sha256").update(lines).digest("hex").slice(0, 8)}.${ending}`;
  const path = join(folder, name);
  writeFileSync(path, lines, { mode: 0o600 });
  return path;
}

/** The command line that comes back to where somebody left, with the options that were given before.
 *  @param command as it was called */
export function comeBackCommand(command: Command): string {
  return processMask.text(["kmend fix --resume", ...given(command).map(quoted)].join(" "));
}

/** The options that stood on the command line, as they stood there. */
function given(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (own.includes(name) || command.getOptionValueSource(name) !== "cli") return [];
    const value: unknown = command.getOptionValue(name);
    const flag = option.long ?? option.short ?? "";
    if (value === true) return [flag];
    // A count, as of -v, or a duration that was read to milliseconds.
    if (typeof value === "number")
      return name === "verbose" ? [`-${"v".repeat(value)}`] : [flag, numberOf(name, value)];
    if (name === "metrics") return [flag, addressText(value as MetricsAddress)];
    return (Array.isArray(value) ? value : [value]).flatMap((each) => [flag, String(each)]);
  });
}

function numberOf(name: string, value: number): string {
  return name === "lockWait" ? `${value / 1000}s` : String(value);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quote(word);
}
