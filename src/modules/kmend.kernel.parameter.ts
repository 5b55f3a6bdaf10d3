/** Gives a parameter to every installed kernel, or takes it away: by grubby, or where there is none by GRUB's defaults and the tool
 *  that writes its entries from them. It takes effect at the next boot. */

import { join, type Script, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import {
  applyDefaults,
  editDefaults,
  type Grub,
  type GrubChange,
  grubSection,
  readGrub,
  revertDefaults,
} from "./boot/grub-defaults.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  name: { type: "str", required: true, help: "Name the parameter: quiet, cgroup.memory" },
  value: { type: "str", help: "Give it this value; without one it is a plain word" },
  state: {
    type: "str",
    default: "present",
    choices: ["present", "absent"],
    help: "Give it, or take it away",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface Kernel {
  /** Its file: `/boot/vmlinuz-3.10.0-1160.el7.x86_64`. */
  readonly path: string;
  readonly arguments: readonly string[];
}

interface ParameterState {
  readonly hasGrubby: boolean;
  /** Where there is no grubby. */
  readonly grub?: Grub | null;
  readonly kernels: readonly Kernel[];
  /** What the running kernel was booted with. */
  readonly booted: readonly string[];
}

interface ParameterChange extends AnyChange {
  readonly name: string;
  readonly wanted: string;
  readonly state: "present" | "absent";
  /** Of each kernel, the arguments of that name as they were. */
  readonly were: readonly Kernel[];
  /** Where there is no grubby. */
  readonly grub?: GrubChange;
}

export const kernelParameter: HostModule<Args, ParameterState, ParameterChange> = {
  kind: "host",
  name: "kmend.kernel.parameter",
  summary: "Give every installed kernel a boot parameter, or take it away; say whether a reboot is due",
  options,
  wayBack:
    "The kernels' command lines are again what they were; what the running kernel was booted with stays until a reboot.",
  examples: `- kmend.kernel.parameter: {name: cgroup.memory, value: nokmem}
- kmend.kernel.parameter: {name: quiet, state: absent}`,
  validate: ({ name, value }) => {
    if (!/^[\w.-]+$/.test(name))
      throw new TaskFailed(`Cannot set the kernel parameter "${name}": that is no name`);
    if (value !== undefined && !/^[^\s"']+$/.test(value))
      throw new TaskFailed(`Cannot set ${name} to "${value}": a value has no blanks and no quotes`);
  },
  inspect: () => ({
    script: sh`(
LC_ALL=C; export LC_ALL
printf 'booted\\t%s\\n' "$(cat /proc/cmdline)"
if command -v grubby >/dev/null 2>&1; then echo grubby; grubby --info=ALL; else
${grubSection}
fi
)`,
    parse: (output) => read(text(output.stdout)),
  }),
  plan: (state, args) => state && planParameter(state, args),
  apply: ({ wanted, state, grub }, where) => {
    if (grub) return applyDefaults(grub, where);
    return state === "present"
      ? sh`grubby --update-kernel=ALL ${`--args=${wanted}`}`
      : sh`grubby --update-kernel=ALL ${`--remove-args=${wanted}`}`;
  },
  restored: ({ kernels }) => kernels,
  revert: ({ name, were, grub }, where) =>
    grub
      ? revertDefaults(grub, where)
      : join(
          were.map((kernel) => restored(name, kernel)),
          " &&\n",
        ),
  again: (change) => ({ change, keep: null }),
  result: ({ args, state, change }) => {
    const booted = state?.booted ?? [];
    const isBooted =
      args.state === "present"
        ? booted.includes(argumentOf(args))
        : booted.some((each) => isMeant(each, args));
    return Dict.of({
      parameter: argumentOf(args),
      kernels: [...new Set((state?.kernels ?? []).map(({ path }) => path))],
      reboot_required: (args.state === "present") !== isBooted,
      booted: isBooted,
      changed: change !== null,
    });
  },
};

function argumentOf({ name, value }: Pick<Args, "name" | "value">): string {
  return value === undefined ? name : `${name}=${value}`;
}

function planParameter({ hasGrubby, grub, kernels }: ParameterState, args: Args): ParameterChange | null {
  if (!hasGrubby && !grub)
    throw new TaskFailed(
      "Cannot set kernel parameters: there is no grubby on this host, and no GRUB with /etc/default/grub and update-grub or grub2-mkconfig",
    );
  if (kernels.length === 0)
    throw new TaskFailed(
      `Cannot set kernel parameters: ${hasGrubby ? "grubby" : `${grub?.config}`} knows no kernel`,
    );
  const wanted = argumentOf(args);
  const isPresent = args.state === "present";
  const isRight = ({ arguments: given }: Kernel): boolean =>
    isPresent ? given.includes(wanted) : !given.some((each) => isMeant(each, args));
  if (kernels.every(isRight)) return null;
  const were = kernels.map(({ path, arguments: given }) => ({
    path,
    arguments: given.filter((each) => nameOf(each) === args.name),
  }));
  const repeated = were.find(({ arguments: given }) => given.length > 1);
  if (repeated)
    throw new TaskFailed(
      `Cannot set ${args.name}: ${repeated.path} has it ${repeated.arguments.length} times, and grubby could not put that back`,
    );
  const after = were.map(({ path, arguments: given }) => ({
    path,
    arguments: isPresent ? [wanted] : given.filter((each) => !isMeant(each, args)),
  }));
  return {
    before: shown(were),
    after: shown(after),
    diff: [{ beforeHeader: "kernels", afterHeader: "kernels", before: asText(were), after: asText(after) }],
    name: args.name,
    wanted,
    state: args.state,
    were,
    ...(grub && {
      grub: editDefaults(grub, { wanted, isPresent, isMeant: (each) => isToGo(each, args) }),
    }),
  };
}

/** One value of a name only: a new one takes the place of any other, as with grubby. */
function isToGo(given: string, args: Args): boolean {
  return args.state === "present" ? nameOf(given) === args.name : isMeant(given, args);
}

/** Without a value, `absent` takes the parameter away whatever its value is. */
function isMeant(given: string, args: Args): boolean {
  return args.value === undefined ? nameOf(given) === args.name : given === argumentOf(args);
}

function nameOf(given: string): string {
  return given.split("=", 1)[0] ?? "";
}

function shown(kernels: readonly Kernel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(kernels.map((kernel) => [kernel.path, kernel.arguments.join(" ")]));
}

function asText(kernels: readonly Kernel[]): string {
  return kernels.map((kernel) => `${kernel.path}: ${kernel.arguments.join(" ")}\n`).join("");
}

function restored(name: string, { path, arguments: given }: Kernel): Script {
  const at = `--update-kernel=${path}`;
  const back = given.map((each) => sh`grubby ${at} ${`--args=${each}`}`);
  return join([sh`grubby ${at} ${`--remove-args=${name}`}`, ...back], " && ");
}

/** grubby prints a block a kernel: `kernel=/boot/vmlinuz-...`, then `args="ro quiet"`. */
function read(printed: string): ParameterState {
  const kernels: Kernel[] = [];
  let path = "";
  for (const line of printed.split("\n")) {
    const [, key, value = ""] = /^(kernel|args)="?(.*?)"?$/.exec(line) ?? [];
    if (key === "kernel") path = value;
    else if (key === "args" && path !== "") kernels.push({ path, arguments: words(value).sort() });
  }
  return {
    hasGrubby: /^grubby$/m.test(printed),
    grub: readGrub(printed),
    kernels,
    booted: words(/^booted\t(.*)$/m.exec(printed)?.[1] ?? ""),
  };
}

function words(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== "");
}
