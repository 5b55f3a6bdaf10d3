/** What has to be done with a unit, in systemctl's verbs, and what undoes it. */

import { join, type Script, sh } from "../../script/script.ts";
import { type AnyChange, TaskFailed } from "../module.ts";
import { canBeEnabled, isActive, isEnabled, isMasked, mustExist, type UnitState } from "./unit-state.ts";

export interface UnitWish {
  readonly name: string | undefined;
  readonly state: "started" | "stopped" | "restarted" | "reloaded" | undefined;
  readonly enabled: boolean | undefined;
  readonly masked: boolean | undefined;
  readonly daemon_reload: boolean;
  readonly daemon_reexec: boolean;
  readonly no_block: boolean;
  readonly force: boolean;
}

/** What people and proofs compare. */
export interface UnitLook {
  readonly active: boolean;
  readonly enabled: boolean;
  readonly masked: boolean;
}

export interface UnitChange extends AnyChange {
  readonly unit: string | null;
  readonly verbs: readonly string[];
  readonly flags: readonly string[];
  readonly before: UnitLook | null;
  readonly after: UnitLook | null;
}

export function planUnit(state: UnitState | null, wish: UnitWish): UnitChange | null {
  if (!state) return null;
  const manager = [
    ...(wish.daemon_reexec ? ["daemon-reexec"] : []),
    ...(wish.daemon_reload && state.needsReload ? ["daemon-reload"] : []),
  ];
  const unit = state.unit !== null && wish.name !== undefined ? unitVerbs(state, wish, wish.name) : [];
  const verbs = [...manager, ...unit];
  if (verbs.length === 0) return null;
  const before = state.unit === null ? null : look(state);
  const after = before && afterVerbs(before, unit);
  return {
    unit: state.unit,
    verbs,
    flags: [...(wish.no_block ? ["--no-block"] : []), ...(wish.force ? ["--force"] : [])],
    before,
    after,
    diff:
      before && after
        ? [
            {
              beforeHeader: `${state.unit} before`,
              afterHeader: `${state.unit} after`,
              before: lines(before),
              after: lines(after),
            },
          ]
        : [],
  };
}

function unitVerbs(state: UnitState, wish: UnitWish, name: string): string[] {
  mustExist(state, name);
  const verbs: string[] = [];
  const masked = isMasked(state);
  if (wish.masked !== undefined && wish.masked !== masked) verbs.push(wish.masked ? "mask" : "unmask");
  // What a masked unit is beneath its mask is not shown: enabling says itself whether there was anything to do.
  if (wish.enabled !== undefined && wish.enabled !== isEnabled(state) && canBeEnabled(state))
    verbs.push(wish.enabled ? "enable" : "disable");
  const staysMasked = wish.masked ?? masked;
  const verb = stateVerb(state, wish.state);
  if (verb && verb !== "stop" && staysMasked)
    throw new TaskFailed(`Unable to ${verb} service ${name}: it is masked; give masked: false too`);
  if (verb) verbs.push(verb);
  return verbs;
}

function stateVerb(state: UnitState, wanted: UnitWish["state"]): string | null {
  const active = isActive(state);
  switch (wanted) {
    case "started":
      return active ? null : "start";
    case "stopped":
      return active || state.properties["ActiveState"] === "deactivating" ? "stop" : null;
    case "restarted":
      return active ? "restart" : "start";
    case "reloaded":
      return active ? "reload" : "start";
    case undefined:
      return null;
  }
}

export function applyUnit({ verbs, unit, flags }: UnitChange): Script {
  return join(
    verbs.map((verb) =>
      verb.startsWith("daemon-")
        ? sh`systemctl ${verb}`
        : sh`systemctl ${flagsFor(verb, flags)} ${verb} -- ${unit ?? ""}`,
    ),
    " && ",
  );
}

/** The unit as it was: active or not, enabled or not, masked or not. A restart is done again, so that what other
 *  reverts brought back takes effect. */
export function revertUnit({ verbs, unit, before }: UnitChange): Script {
  const reload = sh`systemctl daemon-reload`;
  if (unit === null || !before) return reload;
  const did = (...any: readonly string[]) => any.some((verb) => verbs.includes(verb));
  const steps = [
    ...(did("unmask", "mask", "enable", "disable", "daemon-reload") ? [reload] : []),
    ...(did("mask") ? [sh`systemctl unmask -- ${unit}`] : []),
    ...(did("enable") ? [sh`systemctl disable -- ${unit}`] : []),
    ...(did("disable") ? [sh`systemctl enable -- ${unit}`] : []),
    ...(did("start") ? [sh`systemctl stop -- ${unit}`] : []),
    ...(did("stop") ? [sh`systemctl start -- ${unit}`] : []),
    ...(did("restart") ? [reload, sh`systemctl restart -- ${unit}`] : []),
    ...(did("reload") ? [sh`systemctl reload-or-restart -- ${unit}`] : []),
    ...(did("unmask") ? [sh`systemctl mask -- ${unit}`] : []),
    ...(did("stop", "restart", "reload") && before.active ? [tellOfRunning(unit)] : []),
  ];
  return steps.length > 0 ? join(steps, " && ") : reload;
}

/** It runs with what older changes have made of its files: RUN/revert.sh on the host asks for such units, and restarts them once
 *  those are taken back, too. kmend itself runs the handlers then. */
function tellOfRunning(unit: string): Script {
  return sh`{ [ -z "\${KMEND_RUNNING:-}" ] || printf '%s\n' ${unit} >> "$KMEND_RUNNING"; }`;
}

function flagsFor(verb: string, flags: readonly string[]): readonly string[] {
  const isJob = ["start", "stop", "restart", "reload"].includes(verb);
  return flags.filter((flag) => (flag === "--no-block" ? isJob : !isJob));
}

/** What of a unit people and proofs compare. */
export function look(state: UnitState): UnitLook {
  return { active: isActive(state), enabled: isEnabled(state), masked: isMasked(state) };
}

function afterVerbs(before: UnitLook, verbs: readonly string[]): UnitLook {
  const has = (...any: readonly string[]) => any.some((verb) => verbs.includes(verb));
  return {
    active: has("start", "restart", "reload") || (before.active && !has("stop")),
    enabled: has("enable") || (before.enabled && !has("disable")),
    masked: has("mask") || (before.masked && !has("unmask")),
  };
}

function lines({ active, enabled, masked }: UnitLook): string {
  return `${active ? "active" : "inactive"}\n${enabled ? "enabled" : "not enabled"}\n${masked ? "masked\n" : ""}`;
}
