/** How to reach a host and whom to act as there: the host's variables win over keywords, keywords over flags. */

import type { Become, Target } from "../connection/connection.ts";
import { connectionVariables as known, methodPasswords } from "../inventory/inventory.ts";
import { KmendError } from "../problem/problem.ts";
import { str, truthy, Undefined, Unsafe, type Value } from "../template/template.ts";
import { type Frame, keyword } from "./frame.ts";
import { located } from "./located.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** @param view of the host to reach: the task's host, or its delegate
 *  @param frame where keywords are read; templates in them were meant for `keywords` */
export function targetOf(run: Run, view: View, frame: Frame, keywords: View): Target {
  const defaults = run.world.options.connection;
  const named = (name: Parameters<typeof keyword>[1]): string | undefined =>
    optionalText(located(keyword(frame, name), keywords));
  const kind = variable(view, ...known.connection.names) ?? named("connection") ?? defaults.kind;
  const port = variable(view, ...known.port.names) ?? named("port");
  const user = variable(view, ...known.user.names) ?? named("remoteUser") ?? defaults.user;
  const password = variable(view, ...known.password.names) ?? defaults.password;
  const key = variable(view, ...known.privateKey.names) ?? defaults.privateKeyFile;
  const sshArgs = sshArguments(run, view);
  const [checked, checkedBefore] = known.hostKeyChecking.names;
  const checking = view.get(checked) ?? view.get(checkedBefore);
  return {
    name: view.host.name,
    kind: kindOf(kind, view.host.name),
    address: variable(view, ...known.address.names) ?? view.host.name,
    hostKeyChecking:
      checking === undefined || checking instanceof Undefined ? defaults.hostKeyChecking : truthy(checking),
    connectTimeoutMs: timeoutMs(view) ?? defaults.connectTimeoutMs,
    keepaliveIntervalMs: defaults.keepaliveIntervalMs,
    keepaliveCountMax: defaults.keepaliveCountMax,
    ...(port !== undefined
      ? { port: Number(port) }
      : defaults.port !== undefined
        ? { port: defaults.port }
        : {}),
    ...(user !== undefined ? { user } : {}),
    ...(password !== undefined ? { password } : {}),
    ...(key !== undefined ? { privateKeyFile: key } : {}),
    ...(sshArgs !== "" ? { sshArgs } : {}),
    ...(defaults.knownHostsFiles ? { knownHostsFiles: defaults.knownHostsFiles } : {}),
    ...(defaults.configFile ? { configFile: defaults.configFile } : {}),
  };
}

/** Whom to become, or null. */
export function becomeOf(run: Run, view: View, frame: Frame, keywords: View): Become | null {
  const defaults = run.world.options.become;
  const wanted =
    view.get(known.become.names[0]) ?? located(keyword(frame, "become"), keywords) ?? defaults.enabled;
  if (!isTrue(wanted)) return null;
  const named = (name: Parameters<typeof keyword>[1]): string | undefined =>
    optionalText(located(keyword(frame, name), keywords));
  const flags = variable(view, ...known.becomeFlags.names) ?? named("becomeFlags");
  const exe = variable(view, ...known.becomeExe.names) ?? named("becomeExe");
  return {
    ...becomeAs(run, view, {
      method: variable(view, ...known.becomeMethod.names) ?? named("becomeMethod") ?? defaults.method,
      user: variable(view, ...known.becomeUser.names) ?? named("becomeUser") ?? defaults.user,
    }),
    ...(flags !== undefined ? { flags } : {}),
    ...(exe !== undefined ? { exe } : {}),
  };
}

/** Whom to become is known; how to be allowed to, the host's variables and the flags say. */
export function becomeAs(
  run: Run,
  view: Pick<View, "get" | "host">,
  { method, user }: { readonly method: string; readonly user: string },
): Become {
  if (method !== "sudo" && method !== "su" && method !== "doas")
    throw new KmendError({
      code: "unknown-become-method",
      message: `Cannot become by ${method} on ${view.host.name}: the methods are sudo, su and doas`,
    });
  const names = [...known.becomePassword.names, ...methodPasswords(method)];
  const password = variable(view, ...names) ?? run.world.options.become.password;
  return { method, user, ...(password !== undefined ? { password } : {}) };
}

function sshArguments(run: Run, view: View): string {
  const { sshCommonArgs, sshExtraArgs } = run.world.options.connection;
  const common = variable(view, ...known.sshCommonArgs.names) ?? sshCommonArgs;
  const extra = variable(view, ...known.sshExtraArgs.names) ?? sshExtraArgs;
  return [common, extra].filter((part) => part !== undefined && part !== "").join(" ");
}

function timeoutMs(view: View): number | undefined {
  const seconds = Number(variable(view, ...known.timeout.names) ?? Number.NaN);
  return seconds > 0 ? seconds * 1000 : undefined;
}

/** Ansible's names for one thing, newest first; the first that is set wins. */
function variable(view: Pick<View, "get">, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = optionalText(view.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

function optionalText(value: Value | undefined): string | undefined {
  if (value === undefined || value === null || value instanceof Undefined) return undefined;
  if (value instanceof Unsafe) return value.text;
  return typeof value === "string" ? value : str(value);
}

function isTrue(value: Value): boolean {
  return typeof value === "string" ? /^(true|yes|on|1|t|y)$/i.test(value.trim()) : truthy(value);
}

function kindOf(kind: string, host: string): Target["kind"] {
  if (kind === "local") return "local";
  if (kind === "openssh") return "openssh";
  if (kind === "ssh" || kind === "smart" || kind === "paramiko" || kind === "paramiko_ssh") return "ssh";
  throw new KmendError({
    code: "unknown-connection",
    message: `Cannot reach ${host} by "${kind}": the connections are ssh, openssh and local`,
  });
}
