/** The facts that come with every subset: the system, its users, time, environment, local facts. */

import { Dict, type Value } from "../../template/values.ts";
import { dateTime } from "./date-time.ts";
import { distributionFacts, packageManager } from "./distribution.ts";
import { localFact } from "./local-fact.ts";
import type { Texts } from "./texts.ts";

export function minimumFacts(texts: Texts): Record<string, Value> {
  const distribution = distributionFacts(texts);
  return {
    ...systemFacts(texts),
    ...distribution,
    ...userFacts(texts),
    ...keyFacts(texts),
    pkg_mgr: packageManager(distribution["os_family"], texts),
    service_mgr: texts.has("systemd") ? "systemd" : texts.get("init").trim() || "service",
    date_time: dateTime(texts.get("date")),
    env: environment(texts.get("env")),
    cmdline: commandLine(texts.get("cmdline"), false),
    proc_cmdline: commandLine(texts.get("cmdline"), true),
    dns: dns(texts.lines("resolv")),
    fips: texts.get("fips").trim() === "1",
    selinux: selinux(texts),
    apparmor: Dict.of({ status: texts.has("apparmor") ? "enabled" : "disabled" }),
    is_chroot: texts.has("chroot"),
    local: Dict.of(
      Object.fromEntries(texts.below("local.").map((name) => [name, localFact(texts.get(`local.${name}`))])),
    ),
  };
}

function systemFacts(texts: Texts): Record<string, Value> {
  const [system = "", nodename = "", release = "", version = "", machine = ""] = texts.lines("uname");
  const fqdn = texts.get("fqdn").trim() || nodename;
  const architecture = /^i[3-6]86$/.test(machine) ? "i386" : machine;
  return {
    system,
    nodename,
    hostname: nodename.split(".")[0] ?? "",
    fqdn,
    domain: fqdn.split(".").slice(1).join("."),
    // The kernel's own word: uname can be told to lie.
    kernel: texts.get("osrelease").trim() || release,
    kernel_version: version,
    machine,
    architecture,
    userspace_architecture: architecture,
    userspace_bits: texts.get("bits").trim() || "64",
    machine_id: texts.get("machine_id").trim(),
  };
}

function userFacts(texts: Texts): Record<string, Value> {
  const [name = "", uid, gid, realUid, realGid] = texts.lines("user");
  const [, , , , gecos = "", home = "", shell = ""] = (texts.lines("passwd")[0] ?? "").split(":");
  return {
    user_id: name,
    user_uid: Number(uid ?? 0),
    user_gid: Number(gid ?? 0),
    user_gecos: gecos,
    user_dir: home,
    user_shell: shell,
    effective_user_id: Number(uid ?? 0),
    effective_group_id: Number(gid ?? 0),
    real_user_id: Number(realUid ?? uid ?? 0),
    real_group_id: Number(realGid ?? gid ?? 0),
  };
}

/** `ssh-ed25519 AAAA...`: ansible_ssh_host_key_ed25519_public and its type. */
function keyFacts(texts: Texts): Record<string, Value> {
  const facts: Record<string, Value> = {};
  for (const line of texts.lines("host_keys")) {
    const [type = "", key = ""] = line.split(" ");
    const kind = type.startsWith("ecdsa") ? "ecdsa" : type === "ssh-dss" ? "dsa" : type.replace("ssh-", "");
    facts[`ssh_host_key_${kind}_public`] = key;
    facts[`ssh_host_key_${kind}_public_keytype`] = type;
  }
  return facts;
}

/** LC_ALL is the script's own. */
function environment(text: string): Dict {
  const dict = new Dict();
  for (const pair of text.split("\x1d")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    if (equals > 0 && name !== "LC_ALL") dict.set(name, pair.slice(equals + 1));
  }
  return dict;
}

/** A word without a value is true; a name that comes again is a list, where that is asked for, else the last. */
function commandLine(text: string, keepsAll: boolean): Dict {
  const all = new Map<string, Value[]>();
  for (const word of text.trim().split(/\s+/)) {
    const equals = word.indexOf("=");
    const [name, value] = equals < 0 ? [word, true] : [word.slice(0, equals), word.slice(equals + 1)];
    const values = all.get(name) ?? [];
    values.push(value);
    all.set(name, values);
  }
  return Dict.from(
    [...all].map(([name, values]): [string, Value] => [
      name,
      keepsAll && values.length > 1 ? values : (values.at(-1) ?? true),
    ]),
  );
}

function dns(lines: readonly string[]): Dict {
  const words = lines.map((line) => line.trim().split(/\s+/));
  const all = (keyword: string) =>
    words.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest);
  const found: Record<string, Value> = {};
  if (all("nameserver").length > 0) found["nameservers"] = all("nameserver");
  if (all("search").length > 0) found["search"] = all("search");
  if (all("domain")[0] !== undefined) found["domain"] = all("domain")[0] ?? "";
  return Dict.of(found);
}

function selinux(texts: Texts): Dict {
  const [mode, policy, configured, type] = texts.lines("selinux");
  if (mode === undefined || mode === "Disabled") return Dict.of({ status: "disabled" });
  return Dict.of({
    status: "enabled",
    mode: mode.toLowerCase(),
    policyvers: Number(policy ?? 0),
    config_mode: configured ?? "unknown",
    type: type ?? "unknown",
  });
}
