/** How to reach a host and whom to act as there: the host's variables win over keywords, keywords over flags. */

import type { Become, Target } from "../connection/connection.ts";
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
  const kind = variable(view, "ansible_connection") ?? named("connection") ?? defaults.kind;
  const port = variable(view, "ansible_port", "ansible_ssh_port") ?? named("port");
  const user = variable(view, "ansible_user", "ansible_ssh_user") ?? named("remoteUser") ?? defaults.user;
  const password =
    variable(view, "ansible_password", "ansible_ssh_pass", "ansible_ssh_password") ?? defaults.password;
  const key =
    variable(view, "ansible_ssh_private_key_file", "ansible_private_key_file") ?? defaults.privateKeyFile;
  const sshArgs = sshArguments(run, view);
  const checking = view.get("ansible_host_key_checking") ?? view.get("ansible_ssh_host_key_checking");
  return {
    name: view.host.name,
    kind: kindOf(kind, view.host.name),
    address: variable(view, "ansible_host", "ansible_ssh_host") ?? view.host.name,
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
    view.get("ansible_become") ?? located(keyword(frame, "become"), keywords) ?? defaults.enabled;
  if (!isTrue(wanted)) return null;
  const named = (name: Parameters<typeof keyword>[1]): string | undefined =>
    optionalText(located(keyword(frame, name), keywords));
  const flags = variable(view, "ansible_become_flags") ?? named("becomeFlags");
  const exe = variable(view, "ansible_become_exe") ?? named("becomeExe");
  return {
    ...becomeAs(run, view, {
      method: variable(view, "ansible_become_method") ?? named("becomeMethod") ?? defaults.method,
      user: variable(view, "ansible_become_user") ?? named("becomeUser") ?? defaults.user,
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
  const names = [
    "ansible_become_password",
    "ansible_become_pass",
    `ansible_${method}_pass`,
    `ansible_${method}_password`,
  ];
  const password = variable(view, ...names) ?? run.world.options.become.password;
  return { method, user, ...(password !== undefined ? { password } : {}) };
}

function sshArguments(run: Run, view: View): string {
  const { sshCommonArgs, sshExtraArgs } = run.world.options.connection;
  const common = variable(view, "ansible_ssh_common_args") ?? sshCommonArgs;
  const extra = variable(view, "ansible_ssh_extra_args") ?? sshExtraArgs;
  return [common, extra].filter((part) => part !== undefined && part !== "").join(" ");
}

function timeoutMs(view: View): number | undefined {
  const seconds = Number(variable(view, "ansible_ssh_timeout", "ansible_timeout") ?? Number.NaN);
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
