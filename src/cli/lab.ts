import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import {
  defaultNodes,
  down,
  faultNames,
  faults,
  isFaultName,
  type LabStatus,
  labStatus,
  mendNodes,
  plantOnNodes,
  podsOnNodes,
  readDriverWish,
  readEngineWish,
  readKernelWish,
  rebootNodes,
  sshCommand,
  up,
} from "../lab/lab.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { clusterCommand, clusterLines } from "./lab-cluster.ts";
import { epilogue, type LabFlags, lab, subcommand } from "./lab-options.ts";

/** `kmend lab …`. */
export function labCommand(): Command {
  return new Command("lab")
    .enablePositionalOptions()
    .description("Raise and use the rehearsal fleet: real hosts on this machine's loopback addresses")
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(sshSubcommand())
    .addCommand(podsCommand())
    .addCommand(plantCommand())
    .addCommand(mendCommand())
    .addCommand(rebootCommand())
    .addCommand(clusterCommand())
    .addHelpText("after", epilogue(["kmend lab up --nodes 6", "kmend lab status"]));
}

interface UpFlags extends LabFlags {
  readonly nodes?: number;
  readonly kernel?: readonly string[];
  readonly engine?: readonly string[];
  readonly driver?: readonly string[];
  readonly inventory?: string;
}

/** The inventory is YAML, and readers go by the name. */
function yamlName(file: string): string {
  if (!["", ".yml", ".yaml"].includes(extname(file)))
    throw new InvalidArgumentError("It is written as YAML, so let the name end in .yml.");
  return file;
}

function upCommand(): Command {
  return subcommand("up", "Raise the lab, or what is missing of it")
    .option("--nodes <n>", `how many hosts, shared out over the groups (default: ${defaultNodes})`, count)
    .option("--kernel <kernel...>", "514, 1160 or el8 for all hosts, or HOST=514 for one (default: 1160)")
    .option("--engine <engine...>", "docker or containerd, in the same way (default: docker)")
    .option(
      "--driver <driver...>",
      "the cgroup driver, cgroupfs or systemd, in the same way (default: cgroupfs)",
    )
    .option("--inventory <file>", "write a copy of the inventory there, a .yml file", yamlName)
    .addHelpText(
      "after",
      epilogue(["kmend lab up --nodes 6", "kmend lab up --name old --kernel 514 --inventory old.yml"]),
    )
    .action(async (flags: UpFlags) => {
      const interrupt = new AbortController();
      const stop = (): void => interrupt.abort();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
      const result = await up({
        ...lab(flags),
        ...(flags.nodes === undefined ? {} : { nodes: flags.nodes }),
        ...(flags.kernel === undefined ? {} : { kernel: readKernelWish(flags.kernel) }),
        ...(flags.engine === undefined ? {} : { engine: readEngineWish(flags.engine) }),
        ...(flags.driver === undefined ? {} : { driver: readDriverWish(flags.driver) }),
        ...(flags.inventory === undefined ? {} : { inventoryCopy: flags.inventory }),
        tell: (line) => console.log(line),
        signal: interrupt.signal,
      });
      const { booted, nodes } = result;
      if (booted.length === 0) console.log(`The lab "${flags.name}" is up already: ${nodes.length} hosts`);
      else console.log(`Up: ${booted.join(", ")} (${(result.bootMs / 1000).toFixed(1)} s)`);
      console.log(`Inventory: ${flags.inventory ?? result.inventory}`);
    });
}

function downCommand(): Command {
  return subcommand("down", "Take the lab down and remove everything of it")
    .addHelpText("after", epilogue(["kmend lab down", "kmend lab down --name old"]))
    .action(async (flags: LabFlags) => {
      const wasThere = await down(lab(flags));
      console.log(
        wasThere ? `The lab "${flags.name}" is gone` : `There is no lab "${flags.name}": nothing to do`,
      );
    });
}

function statusCommand(): Command {
  return subcommand("status", "Show each host: whether it is up, and the ids that its kernel holds")
    .option("--output <kind>", "show as plain or json", "plain")
    .addHelpText("after", epilogue(["kmend lab status", "kmend lab status --output json"]))
    .action(async (flags: LabFlags & { output: string }) => {
      const status = await labStatus(lab(flags));
      console.log(flags.output === "json" ? JSON.stringify(status, null, 2) : statusTable(status));
    });
}

function sshSubcommand(): Command {
  return subcommand("ssh", "Log in to a host, or run a command there, by the system's ssh")
    .argument("<node>")
    .argument("[command...]")
    .passThroughOptions()
    .addHelpText("after", epilogue(["kmend lab ssh app-1", "kmend lab ssh app-1 uptime"]))
    .action(async (node: string, command: readonly string[], flags: LabFlags) => {
      const [program = "ssh", ...args] = await sshCommand(lab(flags), node, command);
      const [code] = await once(spawn(program, args, { stdio: "inherit" }), "close");
      process.exitCode = (code as number | null) ?? 255;
    });
}

function podsCommand(): Command {
  return new Command("pods")
    .description("Create or delete pods with memory limits, through the kubelet and runtime as installed")
    .addCommand(podsOrder("create", "Create pods on every host, and wait until they run"))
    .addCommand(podsOrder("delete", "Delete the oldest pods of every host, and wait until they are gone"))
    .addHelpText("after", epilogue(["kmend lab pods create 10", "kmend lab pods delete 10 --node app-1"]));
}

function podsOrder(order: "create" | "delete", summary: string): Command {
  return subcommand(order, summary)
    .argument("<n>", "how many on each host", count)
    .option("--node <node...>", "only on these hosts")
    .addHelpText("after", epilogue([`kmend lab pods ${order} 10`, `kmend lab pods ${order} 10 --node app-1`]))
    .action(async (n: number, flags: LabFlags & { node?: readonly string[] }) => {
      await podsOnNodes({ ...lab(flags), ...(flags.node ? { nodes: flags.node } : {}) }, order, n);
      console.log(`${n} pods ${order}d on ${flags.node?.join(", ") ?? "every host"}`);
    });
}

function plantCommand(): Command {
  const listed = Object.entries(faults).map(([name, { says }]) => `  ${name.padEnd(22)} ${says}`);
  return subcommand("plant", "Plant a fault on a host, to see it found, named and survived")
    .argument("<node>")
    .argument("<fault>", "one of the faults below")
    .addHelpText("after", `\nFaults:\n${listed.join("\n")}`)
    .addHelpText("after", epilogue(["kmend lab plant app-1 kubelet-mislabelled", "kmend lab mend app-1"]))
    .action(async (node: string, fault: string, flags: LabFlags) => {
      if (!isFaultName(fault))
        throw new KmendError(
          {
            code: "lab-no-such-fault",
            message: `Cannot plant "${fault}": there are ${faultNames.join(", ")}`,
          },
          exitCodes.badOptions,
        );
      await plantOnNodes({ ...lab(flags), nodes: [node] }, fault);
      console.log(`${node}: ${faults[fault].says}`);
    });
}

function mendCommand(): Command {
  return subcommand("mend", "Take all planted faults of a host away; what they led to stays")
    .argument("<node...>")
    .addHelpText("after", epilogue(["kmend lab mend app-1", "kmend lab mend app-1 --name old"]))
    .action(async (nodes: readonly string[], flags: LabFlags) => {
      await mendNodes({ ...lab(flags), nodes });
      console.log(`${nodes.join(", ")}: no planted fault`);
    });
}

function rebootCommand(): Command {
  return subcommand("reboot", "Restart a host's systemd over the same files; its kernel's model starts anew")
    .argument("<node...>")
    .addHelpText("after", epilogue(["kmend lab reboot app-1", "kmend lab reboot app-1 app-2"]))
    .action(async (nodes: readonly string[], flags: LabFlags) => {
      const { ms } = await rebootNodes({ ...lab(flags), nodes });
      console.log(`Up again: ${nodes.join(", ")} (${(ms / 1000).toFixed(1)} s)`);
    });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function statusTable(status: LabStatus): string {
  const header = [
    "HOST",
    "ADDRESS",
    "KERNEL",
    "STATE",
    "SSH",
    "MEMORY",
    "PODS",
    "MEMCG IDS",
    "KMEM IDS",
    "LEAKED",
  ];
  const rows = status.nodes.map((node) => [
    node.name,
    `${node.address}:${node.port}`,
    node.kernel,
    node.state,
    node.sshAnswers ? "answers" : "silent",
    node.memoryMb === null ? "-" : `${node.memoryMb} MB`,
    String(node.pods ?? "-"),
    String(node.counts?.memcgIds ?? "-"),
    String(node.counts?.kmemIds ?? "-"),
    node.counts ? `${node.counts.leakedMemcgIds} / ${node.counts.leakedKmemIds}` : "-",
  ]);
  const widths = header.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const troubles = status.nodes.filter((node) => node.trouble).map((node) => `${node.name}: ${node.trouble}`);
  const daemon = status.daemon === null ? ["Its daemon does not run: kmend lab up raises it again"] : [];
  const cluster = status.cluster === null ? [] : clusterLines(status.cluster);
  return [...lines, ...troubles, ...daemon, `Inventory: ${status.inventory}`, ...cluster].join("\n");
}
