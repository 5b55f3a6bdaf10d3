/** Whether the key that a host shows is the one that we know, and the sentences if it is not. */

import { createHash } from "node:crypto";
import type { KmendError } from "../../problem/problem.ts";
import { quote } from "../../script/script.ts";
import { unreachable } from "../failures.ts";
import { type KnownHost, nameInKnownHosts, speaksOf } from "./known-hosts.ts";

/** What the known entries say about a key. */
export type Verdict =
  | { readonly kind: "known" }
  | { readonly kind: "unknown" }
  | { readonly kind: "changed" | "revoked" | "authority"; readonly entry: KnownHost };

/** Judges the key that a host shows. A revoked key is refused whatever else is written. */
export function judgeKey(entries: readonly KnownHost[], host: string, port: number, key: Buffer): Verdict {
  const shown = key.toString("base64");
  const type = typeOfKey(key);
  const about = entries.filter((entry) => speaksOf(entry, nameInKnownHosts(host, port)));
  const revoked = about.find((entry) => entry.marker === "@revoked" && entry.key === shown);
  if (revoked) return { kind: "revoked", entry: revoked };
  const plain = about.filter((entry) => entry.marker === null);
  if (plain.some((entry) => entry.key === shown)) return { kind: "known" };
  const changed = plain.find((entry) => entry.type === type) ?? plain[0];
  if (changed) return { kind: "changed", entry: changed };
  const authority = about.find((entry) => entry.marker === "@cert-authority");
  if (authority) return { kind: "authority", entry: authority };
  // As OpenSSH does: a key known for the name without its port is the same host's.
  const withoutPort = port !== 22 && judgeKey(entries, host, 22, key).kind === "known";
  return { kind: withoutPort ? "known" : "unknown" };
}

/** Key types in the order to ask for: those known for the host first, or a host known by another type looks unknown. */
export function keyTypesToAskFor(entries: readonly KnownHost[], host: string, port: number): string[] {
  const all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", ...rsa];
  const known = entries
    .filter((entry) => entry.marker === null && speaksOf(entry, nameInKnownHosts(host, port)))
    .flatMap((entry) => (entry.type === "ssh-rsa" ? rsa : [entry.type]))
    .filter((type) => all.includes(type));
  return [...new Set([...known, ...all])];
}
const rsa = ["rsa-sha2-512", "rsa-sha2-256"];

/** `ssh-ed25519`, ...: the first string in the key's own encoding. */
export function typeOfKey(key: Buffer): string {
  return key.length < 4 ? "" : key.toString("latin1", 4, 4 + key.readUInt32BE(0));
}

/** `SHA256:...`, as OpenSSH shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** A key as an operator compares it: its type and fingerprint. */
export function shownKey(key: Buffer): string {
  return `${typeOfKey(key)} ${fingerprint(key)}`;
}

/** The refusal of a key. `file` is where an operator would add it. */
export function refuseKey(
  where: { readonly name: string; readonly host: string; readonly port: number; readonly file: string },
  verdict: Exclude<Verdict, { readonly kind: "known" }>,
  key: Buffer,
): KmendError {
  const { name, host, port, file } = where;
  const shown = shownKey(key);
  const at = nameInKnownHosts(host, port);
  switch (verdict.kind) {
    case "unknown":
      return unreachable(
        `${name}: Cannot trust ${at}: its host key is not known (${shown})`,
        `Compare that fingerprint with the host's own, then add the key:\n    ssh-keyscan -p ${port} ${quote(host)} >> ${quote(file)}`,
        undefined,
        "host-key-unknown",
      );
    case "changed":
      return unreachable(
        `${name}: Cannot trust ${at}: ITS HOST KEY HAS CHANGED. It shows ${shown}, ` +
          `but ${verdict.entry.file}:${verdict.entry.line} knows another key (${verdict.entry.type})`,
        "Somebody may be between you and the host, or it was installed anew. Ask who runs it; only if the new key is right:\n" +
          `    ssh-keygen -f ${quote(verdict.entry.file)} -R ${quote(at)}`,
        undefined,
        "host-key-changed",
      );
    case "revoked":
      return unreachable(
        `${name}: Cannot trust ${at}: its host key (${shown}) is revoked at ${verdict.entry.file}:${verdict.entry.line}`,
        "The host needs a new key before anything may speak to it.",
        undefined,
        "host-key-revoked",
      );
    case "authority":
      return unreachable(
        `${name}: Cannot trust ${at}: ${verdict.entry.file}:${verdict.entry.line} knows it by a certificate authority (@cert-authority), which kind ssh can't check`,
        "Use the system's ssh for this host: set `ansible_connection: openssh`, or add the host's own key.",
        undefined,
        "host-key-authority",
      );
    default: {
      const never: never = verdict;
      throw new Error(`Cannot judge a host key: ${String(never)}`);
    }
  }
}
