/** Waits for a port, a path or a text in either (Ansible's `wait_for`); the engine does the waiting. */

import { raw } from "../script/script.ts";
import { Dict, type Value } from "../template/values.ts";
import { TaskFailed, text, type WaitModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { probePath, probePort } from "./waiting/probe.ts";

const drained = "connections are not counted; wait for the port to be stopped";

const options = {
  host: { type: "str", default: "127.0.0.1", help: "Connect to this host or address, from the managed host" },
  port: { type: "int", help: "Wait for this TCP port" },
  path: { type: "path", help: "Wait for this path" },
  search_regex: { type: "str", help: "Wait until the file, or what the port says, matches this" },
  state: {
    type: "str",
    default: "started",
    choices: ["started", "present", "stopped", "absent", "drained"],
    help: "Wait for a port to open or close, a path to be there or gone",
  },
  delay: { type: "int", default: 0, help: "Wait this many seconds before asking the first time" },
  sleep: { type: "int", default: 1, help: "Wait this many seconds between two times" },
  timeout: { type: "int", default: 300, help: "Give up after this many seconds" },
  connect_timeout: { type: "int", default: 5, help: "Give a connection this many seconds" },
  msg: { type: "str", help: "Say this when time is up" },
  exclude_hosts: { type: "list", refused: drained, help: "Not supported" },
  active_connection_states: { type: "list", refused: drained, help: "Not supported" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const waitFor: WaitModule<Args> = {
  kind: "wait",
  name: "wait_for",
  summary: "Wait for a port, a path or a text",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- wait_for: {port: 10248, timeout: 60}
- wait_for: {path: /var/log/kubelet.log, search_regex: Started kubelet}
- wait_for: {path: /run/drain.lock, state: absent}`,
  timing: ({ delay, sleep, timeout, port, path }) =>
    port === undefined && path === undefined
      ? { delayS: delay + timeout, sleepS: sleep, timeoutS: delay + timeout + 1 }
      : { delayS: delay, sleepS: sleep, timeoutS: timeout },
  probe: (args) => {
    check(args);
    const { port, path, host, connect_timeout, search_regex } = args;
    const isSearched = search_regex !== undefined;
    if (port !== undefined)
      return probePort({ host, port, timeoutS: connect_timeout, isListening: isSearched });
    return path === undefined ? raw(":") : probePath(path, isSearched);
  },
  done: (output, args) => {
    if (args.port === undefined && args.path === undefined) return true;
    const printed = text(output.stdout);
    if (printed.startsWith("cannot"))
      throw new TaskFailed(
        `Cannot connect to ${args.host}:${args.port} from this host: it has neither bash nor nc`,
      );
    const isThere = /^(open|there)/.test(printed);
    const isGone = args.state === "stopped" || args.state === "absent";
    if (args.search_regex === undefined) return isThere !== isGone;
    return (isThere && match(printed, args.search_regex) !== null) !== isGone;
  },
  result: ({ args, output, elapsedS }) => {
    const found = args.search_regex === undefined ? null : match(text(output.stdout), args.search_regex);
    return Dict.of({
      changed: false,
      elapsed: Math.floor(elapsedS),
      state: args.state,
      port: args.port ?? null,
      path: args.path ?? null,
      search_regex: args.search_regex ?? null,
      match_groups: (found?.slice(1) ?? []).map((group) => group ?? null),
      match_groupdict: Dict.of((found?.groups ?? {}) as Record<string, Value>),
    });
  },
  timedOut: ({ msg, host, port, path, search_regex, state }) => {
    if (msg !== undefined) return msg;
    const where = port === undefined ? `${path}` : `${host}:${port}`;
    if (state === "stopped" || state === "absent")
      return port === undefined
        ? `Timeout when waiting for ${where} to be absent.`
        : `Timeout when waiting for ${where} to stop.`;
    if (search_regex !== undefined)
      return `Timeout when waiting for search string ${search_regex} in ${where}`;
    return port === undefined
      ? `Timeout when waiting for file ${where}`
      : `Timeout when waiting for ${where}`;
  },
};

function check({ port, path, state, search_regex }: Args): void {
  if (state === "drained") throw new TaskFailed(`state drained is not supported: ${drained}`);
  if (port !== undefined && path !== undefined)
    throw new TaskFailed("port and path parameter can not both be passed to wait_for");
  if (path !== undefined && state === "stopped")
    throw new TaskFailed("state=stopped should only be used for checking a port in the wait_for module");
  if (search_regex !== undefined && port === undefined && path === undefined)
    throw new TaskFailed("search_regex needs a path or a port");
  if (search_regex !== undefined) expression(search_regex);
}

/** Below the first line, which says whether it is there. */
function match(printed: string, regex: string): RegExpExecArray | null {
  return expression(regex).exec(printed.slice(printed.indexOf("\n") + 1));
}

/** Python writes named groups as (?P<name>...). */
function expression(regex: string): RegExp {
  try {
    return new RegExp(regex.replaceAll("(?P<", "(?<"), "m");
  } catch (error) {
    throw new TaskFailed(`search_regex cannot be read: ${(error as Error).message}`);
  }
}
