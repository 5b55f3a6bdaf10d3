/** A unit as `systemctl show` tells it, in one call. */

import { raw, sh } from "../../script/script.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";

export interface UnitState {
  /** The unit's name as systemd has it; null where the task names none. */
  readonly unit: string | null;
  readonly properties: Readonly<Record<string, string>>;
  /** A unit file changed on disk since systemd read it; without a name, any unit's. */
  readonly needsReload: boolean;
}

export function inspectUnit(name: string | undefined): Inspection<UnitState> {
  const asked = name === undefined ? raw("") : sh`${unitName(name)}`;
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
command -v systemctl >/dev/null 2>&1 || { echo 'kmend: no systemctl' >&2; exit 1; }
${name === undefined ? raw("systemctl show '*' -p NeedDaemonReload") : sh`systemctl show -- ${asked}`}
)`,
    parse: ({ code, stdout, stderr }) => {
      if (code !== 0) throw notSystemd(text(stderr));
      const printed = text(stdout);
      const properties = name === undefined ? {} : parse(printed);
      return {
        unit: name === undefined ? null : (properties["Id"] ?? unitName(name)),
        properties,
        needsReload: /^NeedDaemonReload=yes$/m.test(printed),
      };
    },
  };
}

/** `kubelet` is `kubelet.service`; a name with a unit's ending is that unit. */
export function unitName(name: string): string {
  return /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/.test(name)
    ? name
    : `${name}.service`;
}

export function isActive({ properties }: UnitState): boolean {
  return ["active", "activating", "reloading"].includes(properties["ActiveState"] ?? "");
}

export function isMasked({ properties }: UnitState): boolean {
  return properties["LoadState"] === "masked" || /^masked/.test(properties["UnitFileState"] ?? "");
}

/** As `systemctl is-enabled` answers: a static unit counts, since nothing can enable it further. */
export function isEnabled({ properties }: UnitState): boolean {
  return /^(enabled|static|alias|indirect|generated|transient)/.test(properties["UnitFileState"] ?? "");
}

/** True where enabling and disabling are possible at all. */
export function canBeEnabled({ properties }: UnitState): boolean {
  return !/^(static|generated|transient)$/.test(properties["UnitFileState"] ?? "");
}

/** @throws TaskFailed when there is no such unit, or it is one that systemd only wraps. */
export function mustExist(state: UnitState, name: string): void {
  const { LoadState, SourcePath, LoadError } = state.properties;
  if (SourcePath?.startsWith("/etc/init.d/") || SourcePath?.startsWith("/etc/rc.d/"))
    throw new TaskFailed(
      `Service ${name} is a SysV script (${SourcePath}): only systemd units are supported`,
    );
  if (LoadState === "not-found") throw new TaskFailed(`Could not find the requested service ${name}: host`);
  if (LoadState === "error" || LoadState === "bad-setting")
    throw new TaskFailed(`Cannot load the unit ${name}: ${LoadError ?? LoadState}`);
}

function parse(printed: string): Record<string, string> {
  const found: Record<string, string> = {};
  let last = "";
  for (const line of printed.split("\n")) {
    const [, key, value = ""] = /^([A-Z][A-Za-z0-9]*)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) found[key] = value;
    else if (last !== "" && line !== "") found[last] += `\n${line}`;
    if (key !== undefined) last = key;
  }
  return found;
}

function notSystemd(stderr: string): TaskFailed {
  const said = stderr.trim().split("\n")[0] ?? "";
  return new TaskFailed(
    said.includes("no systemctl")
      ? "Cannot manage services: this host has no systemd, and only systemd is supported"
      : `Cannot ask systemd: ${said}`,
  );
}
