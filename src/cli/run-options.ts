import { type Command, InvalidArgumentError, Option } from "commander";
import { durationMs } from "./duration.ts";
import { notAfterMs } from "./not-after.ts";
import { addTelemetryOptions, type TelemetryFlags } from "./telemetry.ts";

/** What the shared options of `run`, `plan`, `scan` and `rollback` parse to; names and meaning are ansible-playbook's. */
export interface RunFlags extends TelemetryFlags {
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly extraVars?: readonly string[];
  readonly forks?: number;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly become?: boolean;
  readonly becomeMethod?: string;
  readonly becomeUser?: string;
  readonly askBecomePass?: boolean;
  readonly becomePasswordFile?: string;
  readonly user?: string;
  readonly askPass?: boolean;
  readonly connectionPasswordFile?: string;
  readonly askVaultPassword?: boolean;
  readonly askVaultPass?: boolean;
  readonly vaultPasswordFile?: readonly string[];
  readonly vaultPassFile?: readonly string[];
  readonly vaultId?: readonly string[];
  readonly connection?: string;
  readonly timeout?: number;
  readonly privateKey?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly listTags?: boolean;
  readonly syntaxCheck?: boolean;
  readonly startAtTask?: string;
  readonly step?: boolean;
  readonly forceHandlers?: boolean;
  readonly verbose?: number;
  readonly output?: "pretty" | "plain" | "json" | "ndjson";
  readonly state?: string;
  readonly onFailure?: "stop" | "rollback_host" | "rollback_batch" | "rollback_run";
  readonly notAfter?: number;
  readonly yes?: boolean;
  readonly lockWait?: number;
  readonly skipPreFlight?: boolean;
  readonly summary?: string;
  readonly report?: readonly string[];
  readonly onEvent?: readonly string[];
  readonly inFlight?: "retry" | "skip" | "fail";
}

/** Options that ansible-playbook has and kmend has not, with what to do instead. */
export const refusedOptions: Readonly<Record<string, string>> = {
  "-M, --module-path": "modules in Python cannot run: kmend needs no Python on a host",
};

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];
const words = (value: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  ...value.split(",").filter((word) => word !== ""),
];

/** Options that choose hosts and how to reach them. */
export function addConnectionOptions(command: Command): Command {
  const hosts = command
    .optionsGroup("Hosts:")
    .option(
      "-i, --inventory <source>",
      'read hosts from a file, a folder, a program or "host1,host2,"',
      collect,
    )
    .option("-l, --limit <pattern>", "narrow the hosts to a pattern, or to a list in @FILE")
    .option("-e, --extra-vars <vars>", "set variables: k=v, JSON, or @FILE", collect);
  return addVaultOptions(hosts)
    .optionsGroup("Connection:")
    .option("-u, --user <name>", "log in as this user")
    .option("-k, --ask-pass", "ask for the login password")
    .option("--connection-password-file <file>", "read the login password from a file")
    .option("--private-key <file>", "log in with this key")
    .option("-c, --connection <kind>", "reach hosts by ssh, openssh or local")
    .option("-T, --timeout <seconds>", "give up a connection after this long", wholeNumber)
    .option("--ssh-common-args <args>", 'pass options to every ssh connection, e.g. "-J bastion"')
    .option("--ssh-extra-args <args>", "pass more options to ssh")
    .option("-f, --forks <n>", "work on this many hosts at once (default: 50)", wholeNumber)
    .optionsGroup("Privileges:")
    .option("-b, --become", "act as another user, root unless told otherwise")
    .option("--become-method <method>", "become by sudo, su or doas")
    .option("--become-user <user>", "become this user")
    .option("-K, --ask-become-pass", "ask for the password that becoming needs")
    .option("--become-password-file <file>", "read that password from a file");
}

/** What opens that which `ansible-vault` encrypted. The hidden ones are other names for those shown. */
export function addVaultOptions(command: Command, group = "Encrypted with ansible-vault:"): Command {
  return command
    .optionsGroup(group)
    .option("--vault-password-file <file>", "read its password from a file or a program's output", collect)
    .option("-J, --ask-vault-password", "ask for its password")
    .option("--vault-id <label@source>", "one of several: LABEL@FILE or LABEL@prompt", collect)
    .addOption(new Option("--vault-pass-file <file>").argParser(collect).hideHelp())
    .addOption(new Option("--ask-vault-pass").hideHelp());
}

/** What to do about a host that another run has. */
export function addLockOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--lock-wait <duration>",
      "wait so long for hosts that another run has, e.g. 10m (default: not at all)",
    )
      .env("KMEND_LOCK_WAIT")
      .argParser(durationMs),
  );
}

/** What to do about a host where the way back can't be kept. */
export function addPreFlightOption(command: Command): Command {
  return command.option(
    "--skip-pre-flight",
    "change hosts also where the way back has no room, or would not outlive a reboot",
  );
}

/** Options of the output and of where runs are kept. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("-v, --verbose", "show more; up to -vvvv", (_: string, level: number = 0) => level + 1)
    .addOption(
      new Option("--output <kind>", "show as pretty (a terminal's default), plain, json or ndjson").choices([
        "pretty",
        "plain",
        "json",
        "ndjson",
      ]),
    )
    .option("--state <dir>", "keep runs here instead of $KMEND_STATE or the XDG state folder");
}

/** Options that choose tasks and how they run. */
export function addTaskOptions(command: Command): Command {
  return addOnFailureOption(
    command
      .optionsGroup("Tasks:")
      .option("-t, --tags <tags>", "run only tasks with these tags", words)
      .option("--skip-tags <tags>", "leave out tasks with these tags", words)
      .option("--start-at-task <name>", "begin at the task of this name")
      .option("--force-handlers", "run notified handlers also on hosts that failed")
      .option("--flush-cache", "nothing to do: kmend keeps no facts from run to run"),
  );
}

/** Whether somebody is asked, task by task. */
export function addStepOption(command: Command): Command {
  return command
    .optionsGroup("Tasks:")
    .option("--step", "ask before each task: no, yes, or go on without asking");
}

/** What to take back when a host fails, in place of what the plays say. */
export function addOnFailureOption(command: Command): Command {
  return command
    .optionsGroup("Way back:")
    .addOption(
      new Option(
        "--on-failure <what>",
        "when a host fails: stop, rollback_host, rollback_batch or rollback_run",
      ).choices(["stop", "rollback_host", "rollback_batch", "rollback_run"]),
    );
}

/** Options of a run that nobody watches. */
export function addUnattendedOptions(command: Command): Command {
  return addFollowerOptions(addWindowOption(command));
}

/** Until when something may begin. */
export function addWindowOption(command: Command): Command {
  return command
    .optionsGroup("Unattended:")
    .option("--not-after <time>", "start no batch after this: HH:MM, +2h, or a date with a time", (text) =>
      notAfterMs(text),
    );
}

/** What is in no plan, or lies elsewhere for whoever carries it out. */
export function addGivenAgainOptions(command: Command): Command {
  return addVaultOptions(
    command
      .optionsGroup("Given again:")
      .option(
        "-e, --extra-vars <vars>",
        "variables that the plan was made with: k=v, JSON, or @FILE",
        collect,
      )
      .option("-i, --inventory <source>", "where the plan's inventory lies now", collect)
      .option("--private-key <file>", "log in with this key")
      .option("-k, --ask-pass", "ask for the login password")
      .option("--connection-password-file <file>", "read the login password from a file")
      .option("-K, --ask-become-pass", "ask for the password that becoming needs")
      .option("--become-password-file <file>", "read that password from a file"),
  );
}

/** Nobody is there to be asked. */
export function addYesOption(command: Command): Command {
  return command
    .optionsGroup("Unattended:")
    .option("-y, --yes", "ask nothing, as where there is no terminal (vars_prompt, pause)");
}

/** What other programs learn of a run. */
export function addFollowerOptions(command: Command): Command {
  const summed = addYesOption(command).option(
    "--summary <file>",
    "write what came of it to a file, as JSON, for the next program",
  );
  return addWatcherOptions(summed);
}

/** Who watches a run from outside, whoever does it. */
export function addWatcherOptions(command: Command): Command {
  return addTelemetryOptions(
    command
      .optionsGroup("Unattended:")
      .option(
        "--on-event <command>",
        "give each event, a JSON line each, to a command's standard input",
        collect,
      ),
  );
}

/** Options that ask what a run would work on. */
export function addListingOptions(command: Command): Command {
  return command
    .optionsGroup("Instead of running:")
    .option("--list-hosts", "list the hosts and do nothing else")
    .option("--list-tasks", "list the tasks and do nothing else")
    .option("--list-tags", "list the tags and do nothing else")
    .option("--syntax-check", "load the playbooks and do nothing else");
}

/** Known to ansible-playbook, refused here by name: a hidden option that says what to do instead. */
export function addRefusedOptions(command: Command): Command {
  for (const [flags, instead] of Object.entries(refusedOptions)) {
    const option = new Option(`${flags} [value]`).hideHelp();
    // An event, as a parser of the value is not called where there is none.
    command.addOption(option).on(`option:${option.name()}`, () => {
      command.error(`Cannot take ${option.long}: ${instead}`, { exitCode: 5 });
    });
  }
  return command;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("It is not a whole number above 0.");
  return value;
}
