import { spawn } from "node:child_process";
import { once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import {
  type AwayWay,
  awayWays,
  type ClusterStatus,
  clusterAway,
  clusterDown,
  clusterUp,
  kubectlCommand,
  type LoginName,
  labStatus,
  loginNames,
} from "../lab/lab.ts";
import { durationMs } from "./duration.ts";
import { epilogue, type LabFlags, lab, subcommand } from "./lab-options.ts";

/** `kmend lab cluster …`. */
export function clusterCommand(): Command {
  return new Command("cluster")
    .enablePositionalOptions()
    .description("Give the lab a real Kubernetes control plane, of which its hosts are the nodes")
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(kubectlSubcommand())
    .addCommand(awayCommand())
    .addHelpText("after", epilogue(["kmend lab cluster up", "kmend lab cluster kubectl get nodes"]));
}

function upCommand(): Command {
  return subcommand("up", "Raise the lab's cluster, or what is missing of it; the first time it is built")
    .option("--workloads", "run a small application on it: a Deployment with a budget, and a DaemonSet")
    .addHelpText("after", epilogue(["kmend lab cluster up", "kmend lab cluster up --workloads --name old"]))
    .action(async (flags: LabFlags & { workloads?: boolean }) => {
      const { started, notReady, api, admin, reader, kubectl } = await clusterUp({
        ...lab(flags),
        hasWorkloads: flags.workloads ?? false,
        tell: (line) => console.log(line),
        signal: interrupted(),
      });
      if (started.length === 0) console.log(`The cluster of the lab "${flags.name}" is up already: ${api}`);
      else console.log(`Up: ${started.join(", ")} at ${api}`);
      if (notReady.length > 0) console.log(`Not ready: ${notReady.join(", ")}`);
      console.log(`Kubeconfig: ${admin}\nKubeconfig of one who may only look at nodes: ${reader}`);
      console.log(`kubectl: ${kubectl}`);
    });
}

function downCommand(): Command {
  return subcommand("down", "End the lab's cluster and remove everything of it; the lab stays")
    .addHelpText("after", epilogue(["kmend lab cluster down", "kmend lab cluster down --name old"]))
    .action(async (flags: LabFlags) => {
      const wasThere = await clusterDown(lab(flags));
      console.log(
        wasThere
          ? `The cluster of the lab "${flags.name}" is gone`
          : `The lab "${flags.name}" has no cluster: nothing to do`,
      );
    });
}

function statusCommand(): Command {
  return subcommand("status", "Show the cluster's processes and whether its API is ready")
    .option("--output <kind>", "show as plain or json", "plain")
    .addHelpText("after", epilogue(["kmend lab cluster status", "kmend lab cluster status --output json"]))
    .action(async (flags: LabFlags & { output: string }) => {
      const { cluster } = await labStatus(lab(flags));
      if (flags.output === "json") console.log(JSON.stringify(cluster, null, 2));
      else if (cluster) console.log(clusterLines(cluster).join("\n"));
      else console.log(`The lab "${flags.name}" has no cluster`);
    });
}

/** The cluster as `status` tells it. */
export function clusterLines(cluster: ClusterStatus): readonly string[] {
  const { api, readiness, processes, admin, reader, kubectl, logs } = cluster;
  return [
    `Cluster: ${api}, ${readiness === "ok" ? "ready" : `not ready: ${readiness}`}`,
    ...processes.map(({ name, pid }) => `  ${name} (process ${pid})`),
    `Kubeconfig: ${admin}`,
    `Kubeconfig of one who may only look at nodes: ${reader}`,
    `kubectl: ${kubectl}`,
    `Logs: ${logs}`,
  ];
}

function kubectlSubcommand(): Command {
  return subcommand("kubectl", "Run kubectl on the lab's cluster, of the version that it needs")
    .argument("[words...]")
    .option("--as <user>", `as whom: ${loginNames.join(" or ")}`, loginName, "admin")
    .passThroughOptions()
    .addHelpText(
      "after",
      epilogue(["kmend lab cluster kubectl get nodes", "kmend lab cluster kubectl --as reader get pods"]),
    )
    .action(async (words: readonly string[], flags: LabFlags & { as: LoginName }) => {
      const [program = "kubectl", ...args] = await kubectlCommand(lab(flags), words, flags.as);
      const [code] = await once(spawn(program, args, { stdio: "inherit" }), "close");
      process.exitCode = (code as number | null) ?? 255;
    });
}

function awayCommand(): Command {
  return subcommand(
    "away",
    "Take the API server away for so long, and bring it back; Ctrl-C brings it back sooner",
  )
    .argument("<time>", "how long, such as 10s or 2m", durationMs)
    .option("--how <way>", "frozen: it answers nothing; dead: it refuses connections", awayWay, "frozen")
    .addHelpText("after", epilogue(["kmend lab cluster away 10s", "kmend lab cluster away 1m --how dead"]))
    .action(async (forMs: number, flags: LabFlags & { how: AwayWay }) => {
      await clusterAway({ ...lab(flags), how: flags.how, forMs, signal: interrupted() });
      console.log("The API server is back and ready");
    });
}

/** Aborted by Ctrl-C. */
function interrupted(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupt.abort());
  return interrupt.signal;
}

function awayWay(text: string): AwayWay {
  const way = awayWays.find((each) => each === text);
  if (!way) throw new InvalidArgumentError(`It must be ${awayWays.join(" or ")}.`);
  return way;
}

function loginName(text: string): LoginName {
  const name = loginNames.find((each) => each === text);
  if (!name) throw new InvalidArgumentError(`It must be ${loginNames.join(" or ")}.`);
  return name;
}
