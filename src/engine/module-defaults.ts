/** `module_defaults` of every level around a task, as far as they are for its module. */

import { type Module, TaskFailed } from "../modules/modules.ts";
import { actionGroups, type ModuleDefaults } from "../playbook/playbook.ts";
import { chain } from "./frame.ts";
import { at } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { View } from "./variables.ts";

/** The defaults that count, the weakest first. What an inner level has for a module or a group stands in for all that outer ones
 *  have for it: nothing is merged. @throws TaskFailed where it is not known which module does the task's work */
export function defaultsFor(plan: PlannedTask, module: Module, view: View): readonly ModuleDefaults[] {
  const found = possibleDefaults(plan, module);
  const managers = [...found.keys()].filter((name) => packageManagers.includes(name));
  if (module.name !== "package" || managers.length === 0) return [...found.values()];
  const meant = packageManager(plan, view, managers);
  return [...found].flatMap(([name, each]) => (managers.includes(name) && name !== meant ? [] : [each]));
}

const packageManagers: readonly string[] = ["yum", "dnf", "apt"];

/** By name: those of groups, then those of a module that does the work for the task's, then its own. For a `package` those of every
 *  package manager: which of them the host has is not asked here. */
export function possibleDefaults(
  { frame, task }: PlannedTask,
  module: Module,
): ReadonlyMap<string, ModuleDefaults> {
  const around = new Map<string, ModuleDefaults>();
  if (task.takesNoDefaults) return around;
  for (const { shared } of chain(frame))
    for (const each of shared.moduleDefaults ?? []) around.set(resolved(each.name, module), each);
  const groups = [...around.keys()].filter((name) => actionGroups[name]?.includes(module.name));
  const own = resolved(task.action ?? task.module, module);
  const names = [...groups, ...(workers[own] ?? []), own];
  return new Map(
    names.flatMap((name) => {
      const each = around.get(name);
      return each ? [[name, each] as const] : [];
    }),
  );
}

const workers: Readonly<Record<string, readonly string[]>> = {
  gather_facts: ["setup"],
  package: packageManagers,
  service: ["systemd"],
};

/** Names of a collection's module lead to the one that it has there; of those that Ansible itself has, each is its own: what is given
 *  to `systemd` is not given to `systemd_service`. */
function resolved(name: string, module: Module): string {
  const short = name.replace(/^ansible\.(?:builtin|legacy)\./, "");
  return module.name.includes(".") && module.aliases?.includes(short) ? module.name : short;
}

/** The module that `package` works by: as the task says, or as the facts do. */
function packageManager({ task }: PlannedTask, view: View, managers: readonly string[]): string {
  const place = task.args.places.get("use") ?? task.args.place;
  const asked = at(place, () => view.templar.render(task.args.options.get("use") ?? "auto"));
  const found = asked === "auto" ? view.get("ansible_pkg_mgr") : asked;
  if (typeof found === "string") return found.replace(/4$/, "");
  throw new TaskFailed(
    `Cannot tell whether the defaults of ${managers.join(" or ")} are meant: the host's facts are not gathered\n  Gather them, or say which by \`use:\`.`,
    {},
    place,
  );
}
