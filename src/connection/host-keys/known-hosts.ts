/** What known_hosts files say about a host (format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Unreadable, whyUnreadable } from "./unreadable.ts";

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly marker: "@revoked" | "@cert-authority" | null;
  /** Names, patterns and `!` patterns, or one hashed name. */
  readonly hosts: string;
  readonly type: string;
  /** The key itself, in base64. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

/** What the files know, and which of them cannot tell. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[];
  readonly unreadable: readonly Unreadable[];
}

/** The lines of those files that exist, in their order; lines that are no entries are passed over, as OpenSSH does. */
export function readKnownHosts(files: readonly string[]): KnownHosts {
  const entries: KnownHost[] = [];
  const unreadable: Unreadable[] = [];
  for (const file of files) {
    const why = whyUnreadable(() => entries.push(...parseKnownHosts(readFileSync(file, "utf8"), file)));
    if (why !== null) unreadable.push({ file, why });
  }
  return { entries, unreadable };
}

/** The entries of one file's text. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split("\n").flatMap((written, index) => {
    const words = written.trim().split(/\s+/);
    const first = words[0] ?? "";
    if (first === "" || first.startsWith("#")) return [];
    const marker = first === "@revoked" || first === "@cert-authority" ? first : null;
    if (first.startsWith("@") && !marker) return [];
    const [hosts, type, key] = marker ? words.slice(1) : words;
    return hosts && type && key ? [{ marker, hosts, type, key, file, line: index + 1 }] : [];
  });
}

/** How OpenSSH writes a host: the bare name at port 22, else `[name]:port`. */
export function nameInKnownHosts(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** Whether an entry speaks of this name. */
export function speaksOf(entry: KnownHost, name: string): boolean {
  const wanted = name.toLowerCase();
  if (entry.hosts.startsWith("|1|")) return matchesHash(entry.hosts, wanted);
  let matches = false;
  for (const pattern of entry.hosts.toLowerCase().split(",")) {
    if (pattern.startsWith("!") && matchesPattern(pattern.slice(1), wanted)) return false;
    if (matchesPattern(pattern, wanted)) matches = true;
  }
  return matches;
}

/** `|1|base64 salt|base64 HMAC-SHA1 of the name`. */
function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = "", sum = ""] = hashed.split("|");
  const mine = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  const theirs = Buffer.from(sum, "base64");
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function matchesPattern(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}
