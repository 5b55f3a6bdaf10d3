/** From what the script printed to typed facts. */

import { type Fact, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { Evidence, KernelEvidence, PackageEvidence } from "./evidence.ts";
import { readMessages } from "./messages.ts";
import { pendingReboot } from "./pending-reboot.ts";
import { podNames } from "./pod-names.ts";
import { readCgroups, readPods } from "./read-cgroups.ts";
import { readKubelet } from "./read-kubelet.ts";
import { readRuntime } from "./read-runtime.ts";
import { leakedKmemIds, readSlab } from "./read-slab.ts";
import { Records } from "./records.ts";

export function readEvidence(stdout: string): Evidence {
  const records = new Records(stdout);
  const cgroups = readCgroups(records);
  const slab = readSlab(records);
  const names = podNames(records);
  return {
    schema: 1,
    kernel: readKernel(records),
    cgroups,
    slab,
    leakedKmemIds: leakedKmemIds(slab, cgroups.active),
    kubelet: readKubelet(records),
    runtime: readRuntime(records),
    packages: readPackages(records),
    disk: readDisk(records.get("disk.way_back")),
    pods: readPods(cgroups, names),
    goneNames: Object.fromEntries(
      (isKnown(slab) ? slab.value.deadNames : []).flatMap((cgroup) => {
        const name = names.ofContainer(cgroup);
        return name === null ? [] : [[cgroup, name]];
      }),
    ),
  };
}

function readKernel(records: Records): KernelEvidence {
  return {
    release: records.get("kernel.release"),
    commandLine: records.get("kernel.command_line"),
    config: mapFact(records.get("kernel.config"), (text) => (text.endsWith("y") ? "y" : "n")),
    bootId: records.get("kernel.boot_id"),
    os: mapFact(records.get("kernel.os"), (text) => /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? ""),
    bootDefaults: mapFact(records.get("kernel.boot_defaults"), bootDefaults),
    pendingReboot: pendingReboot(records),
    messages: readMessages(records.lines("kernel.messages")),
    serviceMessages: readMessages(records.lines("services.messages")),
  };
}

/** The last assignment of each variable counts, as in the shell that reads the file. */
function bootDefaults(text: string): string {
  return ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
    .map((name) => unquoted(lastAssignment(text, name)))
    .join(" ")
    .trim();
}

function lastAssignment(text: string, name: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

function unquoted(text: string): string {
  const [quote = ""] = text;
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}

function readPackages(records: Records): PackageEvidence {
  const files = records.below("lock.");
  const locks = files.flatMap((file) => records.lines(`lock.${file}`).value);
  const unread = files.map((file) => records.get(`lock.${file}`)).find((fact) => !isKnown(fact));
  const noComments = locks.filter((line) => !/^\s*(#|$)/.test(line));
  return {
    locks:
      unread && !isKnown(unread)
        ? unread
        : known(noComments, files.join(", ") || "no list of locks on this node"),
    excludes: records.lines("packages.excludes"),
    cached: records.lines("packages.cached"),
    available: records.lines("packages.available"),
  };
}

function readDisk(fact: Fact<string>): Evidence["disk"] {
  if (!isKnown(fact)) return fact;
  const [, free] = /\s(\d+)\s+\d+%\s/.exec(fact.value) ?? [];
  const [, options = ""] = /^options (\S+)/m.exec(fact.value) ?? [];
  const isReadOnly = options === "" ? null : options.split(",").includes("ro");
  return free === undefined
    ? unknown("df said nothing of it", fact.source)
    : known({ path: fact.source, freeKb: Number(free), isReadOnly }, `df -Pk ${fact.source}`);
}
