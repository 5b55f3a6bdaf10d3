/** How to reach a host: its target, the ssh arguments and ~/.ssh/config taken together, as OpenSSH would. */

import { homedir, hostname } from "node:os";
import { join } from "node:path";
import SSHConfig from "ssh-config";
import type { Target } from "../connection.ts";
import { parseSshArguments } from "./arguments.ts";
import { readConfigText } from "./config-text.ts";
import { localId, localUser } from "./local-user.ts";

/** Everything a handshake needs to know. */
export interface Settings {
  /** The inventory's name, for messages. */
  readonly name: string;
  /** As it was asked for, before `HostName`. */
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** Files to try; `isChosen`: somebody named them, so a missing one is worth a word. */
  readonly identities: readonly { readonly file: string; readonly isChosen: boolean }[];
  readonly isIdentitiesOnly: boolean;
  readonly agent: string | undefined;
  /** `user@host:port`, nearest first. */
  readonly jumps: readonly string[];
  readonly proxyCommand: string | undefined;
  /** The name by which known_hosts knows it, where that is not the host. */
  readonly hostKeyAlias: string | undefined;
  readonly hostKeys: "check" | "accept-new" | "accept";
  readonly knownHostsFiles: readonly string[];
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
}

/** @throws KmendError `unknown-ssh-option` */
export function settingsFor(target: Target): Settings {
  const given = parseSshArguments(target.sshArgs);
  const files =
    (given.configFile ?? target.configFile)
      ? [given.configFile ?? target.configFile ?? ""]
      : defaultConfigs();
  const text = [...given.lines, ...files.map((file) => readConfigText(expandHome(file)))].join("\n");
  const user = target.user === undefined ? {} : { User: target.user };
  const found = SSHConfig.parse(text).compute({ Host: target.address, ...user }, { ignoreCase: true });
  return settingsFrom(target, found);
}

type Found = Record<string, string | string[]>;

function settingsFrom(target: Target, found: Found): Settings {
  const one = (name: string) => [found[name.toLowerCase()] ?? []].flat()[0];
  const many = (name: string) => [found[name.toLowerCase()] ?? []].flat().filter((each) => each !== "");
  const unlessNone = (value: string | undefined) => (value?.toLowerCase() === "none" ? undefined : value);
  const seconds = (name: string, otherwise: number) => (one(name) ? Number(one(name)) * 1000 : otherwise);

  const host = (one("HostName") ?? target.address).replaceAll("%h", target.address);
  const port = target.port ?? Number(one("Port") ?? 22);
  const user = target.user ?? one("User") ?? localUser();
  const fill = (value: string) =>
    expandTokens(value, { h: host, n: target.address, p: String(port), r: user });
  const agent = one("IdentityAgent");
  return {
    name: target.name,
    alias: target.address,
    host,
    port,
    user,
    password: target.password,
    identities: identities(target, many("IdentityFile").map(fill)),
    isIdentitiesOnly: one("IdentitiesOnly")?.toLowerCase() === "yes",
    agent:
      agent && agent !== "SSH_AUTH_SOCK"
        ? unlessNone(fill(agent))
        : process.env["SSH_AUTH_SOCK"] || undefined,
    jumps:
      unlessNone(one("ProxyJump"))
        ?.split(",")
        .map((each) => fill(each.trim())) ?? [],
    proxyCommand: one("ProxyJump") ? undefined : unlessNone(withTokens(many("ProxyCommand").join(" "), fill)),
    hostKeyAlias: one("HostKeyAlias"),
    hostKeys: howToCheck(target, one("StrictHostKeyChecking")),
    knownHostsFiles: target.knownHostsFiles?.map(expandHome) ?? [
      ...(found["userknownhostsfile"] ? many("UserKnownHostsFile").map(fill) : userKnownHosts()),
      ...(found["globalknownhostsfile"] ? many("GlobalKnownHostsFile").map(fill) : globalKnownHosts),
    ],
    connectTimeoutMs: seconds("ConnectTimeout", target.connectTimeoutMs),
    keepaliveIntervalMs: seconds("ServerAliveInterval", target.keepaliveIntervalMs),
    keepaliveCountMax: Number(one("ServerAliveCountMax") ?? target.keepaliveCountMax),
  };
}

const defaultConfigs = () => [join(homedir(), ".ssh/config"), "/etc/ssh/ssh_config"];
const userKnownHosts = () => [join(homedir(), ".ssh/known_hosts"), join(homedir(), ".ssh/known_hosts2")];
const globalKnownHosts = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

function identities(target: Target, configured: readonly string[]): Settings["identities"] {
  const named = [...(target.privateKeyFile ? [expandHome(target.privateKeyFile)] : []), ...configured];
  if (named.length > 0) return [...new Set(named)].map((file) => ({ file, isChosen: true }));
  return ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => ({
    file: join(homedir(), ".ssh", name),
    isChosen: false,
  }));
}

function howToCheck(target: Target, strict: string | undefined): Settings["hostKeys"] {
  if (!target.hostKeyChecking) return "accept";
  if (/^(no|off)$/i.test(strict ?? "")) return "accept";
  return strict?.toLowerCase() === "accept-new" ? "accept-new" : "check";
}

function withTokens(value: string, fill: (value: string) => string): string | undefined {
  return value === "" ? undefined : fill(value);
}

/** ssh_config(5), "TOKENS": those that make sense before a connection stands. */
function expandTokens(value: string, tokens: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = {
    "%": "%",
    d: homedir(),
    u: localUser(),
    l: hostname(),
    L: hostname().split(".")[0] ?? "",
    i: localId(),
    ...tokens,
  };
  return expandHome(value.replace(/%(.)/g, (token, letter: string) => all[letter] ?? token));
}

function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}
