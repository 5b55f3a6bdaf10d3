/** Which distribution, by os-release and the older files that say more than it. */

import type { Value } from "../../template/values.ts";
import type { Texts } from "./texts.ts";

/** os-release's ID, to Ansible's name and family. */
const names: Readonly<Record<string, readonly [string, string]>> = {
  rhel: ["RedHat", "RedHat"],
  centos: ["CentOS", "RedHat"],
  rocky: ["Rocky", "RedHat"],
  almalinux: ["AlmaLinux", "RedHat"],
  ol: ["OracleLinux", "RedHat"],
  fedora: ["Fedora", "RedHat"],
  amzn: ["Amazon", "RedHat"],
  anolis: ["Anolis", "RedHat"],
  openEuler: ["openEuler", "RedHat"],
  kylin: ["Kylin Linux Advanced Server", "RedHat"],
  debian: ["Debian", "Debian"],
  ubuntu: ["Ubuntu", "Debian"],
  raspbian: ["Debian", "Debian"],
  linuxmint: ["Linux Mint", "Debian"],
  sles: ["SLES", "Suse"],
  "opensuse-leap": ["openSUSE Leap", "Suse"],
  alpine: ["Alpine", "Alpine"],
  arch: ["Archlinux", "Archlinux"],
};

export function distributionFacts(texts: Texts): Record<string, Value> {
  const os = texts.assignments("os");
  const id = os["ID"] ?? "";
  const [name, family] = names[id] ?? [os["NAME"]?.split(" ")[0] ?? "NA", familyLike(os["ID_LIKE"] ?? "")];
  const version = versionOf(id, os["VERSION_ID"] ?? "NA", texts);
  const [major = "NA", minor = "NA"] = version.split(".");
  return {
    distribution: name,
    distribution_version: version,
    distribution_major_version: major,
    distribution_minor_version: minor,
    distribution_release: releaseOf(os, texts),
    os_family: family,
  };
}

/** Debian and CentOS 7 give only the major number there; the whole one stands in the file of their own. */
function versionOf(id: string, version: string, texts: Texts): string {
  const debian = texts.get("debian").trim();
  if ((id === "debian" || id === "raspbian") && /^\d+\.\d+/.test(debian)) return debian;
  const redhat = /release (\d+(?:\.\d+)?)/.exec(texts.get("redhat"))?.[1];
  return names[id]?.[1] === "RedHat" && redhat !== undefined && id !== "amzn" ? redhat : version;
}

function releaseOf(os: Readonly<Record<string, string>>, texts: Texts): string {
  if (os["VERSION_CODENAME"]) return os["VERSION_CODENAME"];
  return (
    /\(([^()]+)\)/.exec(texts.get("redhat"))?.[1] ?? /\(([^()]+)\)/.exec(os["VERSION"] ?? "")?.[1] ?? "NA"
  );
}

function familyLike(like: string): string {
  if (/rhel|fedora|centos/.test(like)) return "RedHat";
  if (/debian|ubuntu/.test(like)) return "Debian";
  return /suse/.test(like) ? "Suse" : "NA";
}

/** The tool that Ansible would use there. */
export function packageManager(family: Value | undefined, texts: Texts): string {
  const tools = texts.lines("tools");
  const [first] =
    { RedHat: ["dnf", "yum"], Debian: ["apt-get"], Suse: ["zypper"] }[String(family)]?.filter((tool) =>
      tools.includes(tool),
    ) ?? [];
  const tool = first ?? tools[0] ?? "unknown";
  return tool === "apt-get" ? "apt" : tool;
}
