/** Reboots a host and waits until it is back (Ansible's `reboot`); the engine does the waiting. */

import { raw, type Script, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  boot_time_command: {
    type: "str",
    default: "cat /proc/sys/kernel/random/boot_id",
    help: "Tell one boot from another by what this prints",
  },
  connect_timeout: { type: "int", default: 10, help: "Give each attempt to connect this many seconds" },
  msg: { type: "str", default: "Reboot initiated by kmend", help: "Tell the host's users this" },
  post_reboot_delay: {
    type: "int",
    default: 0,
    help: "Wait this many seconds after the reboot before asking whether the host is back",
  },
  pre_reboot_delay: { type: "int", default: 0, help: "Wait this many seconds before the reboot" },
  reboot_command: { type: "str", help: "Reboot by this command, in place of shutdown" },
  reboot_timeout: { type: "int", default: 600, help: "Give up after this many seconds" },
  search_paths: {
    type: "list",
    elements: "str",
    default: ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"],
    help: "Look for the shutdown command in these folders",
  },
  test_command: { type: "str", default: "whoami", help: "Take the host as back once this succeeds" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface RebootChange extends AnyChange {
  /** The boot that is to end. */
  readonly boot: string;
  readonly delayS: number;
  readonly command: string | null;
  readonly message: string;
  readonly folders: readonly string[];
}

/** The connection has to bring back the answer before the host is gone. */
const leastDelayS = 1;

export const reboot: HostModule<Args, string, RebootChange> = {
  kind: "host",
  name: "reboot",
  summary: "Reboot a host and wait until it is back",
  options,
  wayBack: "A reboot can't be taken back.",
  examples: `- reboot:
- reboot: {reboot_timeout: 1200, test_command: systemctl is-active kubelet}`,
  inspect: ({ boot_time_command }) => ({
    script: raw(boot_time_command),
    parse: (output) => {
      const boot = text(output.stdout).trim();
      if (output.code === 0 && boot !== "") return boot;
      const why = output.code === 0 ? "it prints nothing" : `it exited with ${output.code}`;
      throw new TaskFailed(`Cannot tell one boot from another by ${boot_time_command}: ${why}`);
    },
  }),
  plan: (boot, { reboot_command, pre_reboot_delay, msg, search_paths }, { uid, user }) => {
    if (uid !== 0 && reboot_command === undefined)
      throw new TaskFailed(`Cannot reboot as ${user}: only the superuser can; say become: true`);
    return {
      before: { boot },
      after: { boot: "another" },
      irreversible: "a reboot can't be taken back; what needs one to take effect waits for the next",
      isPassing: true,
      boot: boot ?? "",
      delayS: Math.max(pre_reboot_delay, leastDelayS),
      command: reboot_command ?? null,
      message: msg,
      folders: search_paths,
    };
  },
  apply: leave,
  revert: () => null,
  comesBack: ({ boot, delayS }, args) => ({
    delayS: delayS + args.post_reboot_delay,
    timeoutS: args.reboot_timeout,
    connectTimeoutS: args.connect_timeout,
    probe: sh`boot=$(${raw(args.boot_time_command)})
if [ -z "$boot" ] || [ "$boot" = ${boot} ]; then echo 'it has not rebooted' >&2; exit 1; fi
${raw(args.test_command)}`,
  }),
  result: ({ change, elapsedS = 0 }) =>
    Dict.of({ changed: change !== null, rebooted: change !== null, elapsed: elapsedS }),
};

/** The reboot itself happens when the script has ended: its answer must not die with the connection. */
function leave({ delayS, command, message, folders }: RebootChange): Script {
  const go =
    command === null
      ? sh`if [ -n "$shutdown" ]; then "$shutdown" -r now ${message}; else systemctl reboot; fi`
      : raw(command);
  const find = sh`shutdown=
for folder in ${folders}; do
  if [ -x "$folder/shutdown" ]; then shutdown=$folder/shutdown; break; fi
done
[ -n "$shutdown" ] || command -v systemctl >/dev/null 2>&1 ||
  { echo ${`Unable to find command "shutdown" in search paths: ${folders.join(", ")}`} >&2; exit 1; }`;
  return sh`(
${command === null ? find : raw(":")}
(
trap '' HUP
sleep ${delayS}
${go}
) </dev/null >/dev/null 2>&1 &
)`;
}
