/** Who empties a node of its pods before it is drained or rebooted: the cluster, commands, or what the inventory says. */

import type { Step } from "../kmem/kmem.ts";
import type { Asker, Choice } from "./ask.ts";
import { type TookBefore, tookLine } from "./elsewhere.ts";
import { canRollOut, type Variable } from "./leg.ts";

/** What was said of it, as the leg needs it. */
export interface Draining {
  /** By `rollout.yml`. */
  readonly byCluster: boolean;
  readonly settings: Readonly<Record<string, Variable>>;
}

/** Only a way that drains wants to know. */
export interface DrainingFacts {
  /** Whether all hosts are known as nodes of a cluster that can be asked. */
  areNodes(): Promise<boolean>;
  /** How long earlier rollouts took. */
  rolledOut(): TookBefore | null;
}

export const nothingToDrain: Draining = { byCluster: false, settings: {} };

/** Asks nothing of a way that leaves pods where they are. */
export async function chooseDraining(
  asker: Asker,
  way: readonly Step[],
  { areNodes, rolledOut }: DrainingFacts,
): Promise<Draining> {
  const reboots = way.some(({ needs }) => needs === "reboot");
  if (!reboots && !way.some(({ needs }) => needs === "drain")) return nothingToDrain;
  const by = await asker.choose("What empties the nodes of their pods?", [
    ...(canRollOut(way) && (await areNodes()) ? [cluster(rolledOut())] : []),
    inventory(reboots),
    commands,
  ]);
  if (by === "cluster") return { byCluster: true, settings: {} };
  return { byCluster: false, settings: by === "commands" ? await askCommands(asker) : {} };
}

type By = "cluster" | "inventory" | "commands";

function cluster(took: TookBefore | null): Choice<By> {
  return {
    value: "cluster",
    name: "the cluster itself (recommended)",
    about: `kmend.playbooks.rollout: pods are evicted as their budgets allow, and a node takes pods again once it is ready.
How long: ${tookLine(took)}`,
  };
}

const commands: Choice<By> = {
  value: "commands",
  name: "commands that you give now",
  about: "They are run here, before and after, for each node.",
};

function inventory(reboots: boolean): Choice<By> {
  const otherwise = reboots ? "nodes are rebooted with their pods" : "nodes have to be empty already";
  return {
    value: "inventory",
    name: "what the inventory says",
    about: `By its kmem_drain_command and kmem_uncordon_command. Where it has none, ${otherwise}.`,
  };
}

async function askCommands(asker: Asker): Promise<Draining["settings"]> {
  const ask = (question: string, initial: string): Promise<string> =>
    asker.text(question, initial, (answer) => (answer === "" ? "A command, please." : null));
  return {
    kmem_drain_command: await ask(
      "Command that drains a node",
      "kubectl drain {{ inventory_hostname }} --ignore-daemonsets --timeout=10m",
    ),
    kmem_uncordon_command: await ask(
      "Command that gives it back",
      "kubectl uncordon {{ inventory_hostname }}",
    ),
  };
}
