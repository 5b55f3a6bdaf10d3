/** Which facts: `gather_subset` and `filter`, as setup and gather_facts take them. */

import { TaskFailed } from "../module.ts";

export type Subset = "min" | "hardware" | "network" | "virtual";

const all: readonly Subset[] = ["min", "hardware", "network", "virtual"];

/** Ansible's finer names, by the script's part that reads them. */
const finer: Readonly<Record<string, Subset>> = {
  devices: "hardware",
  dmi: "hardware",
  processor: "hardware",
  memory: "hardware",
  mounts: "hardware",
  uptime: "hardware",
  interfaces: "network",
  default_ipv4: "network",
  default_ipv6: "network",
  all_ipv4_addresses: "network",
  all_ipv6_addresses: "network",
  virtualization_type: "virtual",
  virtualization_role: "virtual",
  ...Object.fromEntries(
    "apparmor architecture caps chroot cmdline date_time distribution distribution_release distribution_version distribution_major_version os_family dns env fips fqdn hostname kernel kernel_version local lsb machine machine_id nodename pkg_mgr platform selinux service_mgr ssh_pub_keys system system_capabilities user user_id user_dir user_uid user_gid user_shell"
      .split(" ")
      .map((name) => [name, "min" as const]),
  ),
};
/** Gathered by other programs; they have never been part of what roles read. */
const ignored = ["facter", "ohai", "python"];

/** min comes with everything, unless it is taken out by name.
 *  @throws TaskFailed on a name that nobody has */
export function subsets(wanted: readonly string[]): ReadonlySet<Subset> {
  const names = wanted.length === 0 ? ["all"] : wanted;
  const chosen = new Set<Subset>(["min"]);
  if (names.every((name) => name.startsWith("!"))) for (const each of all) chosen.add(each);
  for (const name of names.filter((each) => !each.startsWith("!")))
    for (const each of expand(name)) chosen.add(each);
  for (const name of names.filter((each) => each.startsWith("!"))) {
    const bare = name.slice(1);
    // `!all` leaves the minimum, which only `!min` takes away.
    const away = bare === "all" ? all.filter((each) => each !== "min") : bare in finer ? [] : expand(bare);
    for (const each of away) chosen.delete(each);
  }
  return chosen;
}

function expand(name: string): readonly Subset[] {
  if (name === "all") return all;
  const one = all.find((each) => each === name) ?? finer[name];
  if (one) return [one];
  if (ignored.includes(name)) return [];
  throw new TaskFailed(
    `Bad subset '${name}' given to Ansible. gather_subset options allowed: all, ${[...all, ...Object.keys(finer)].join(", ")}`,
  );
}

/** Shell patterns over the facts' names, with or without `ansible_`. */
export function filterOf(patterns: readonly string[]): (name: string) => boolean {
  const given = patterns.filter((pattern) => pattern !== "" && pattern !== "*");
  if (given.length === 0) return () => true;
  const expressions = given.map(expressionOf);
  return (name) => expressions.some((each) => each.test(name) || each.test(name.replace(/^ansible_/, "")));
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
