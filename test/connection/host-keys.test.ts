/** Host keys against known_hosts files, as the real ssh-keygen writes them. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { parseKnownHosts } from "../../src/connection/host-keys/known-hosts.ts";
import {
  fingerprint,
  judgeKey,
  keyTypesToAskFor,
  refuseKey,
} from "../../src/connection/host-keys/verdict.ts";
import { splitWords } from "../../src/connection/ssh/arguments.ts";
import { settingsFor } from "../../src/connection/ssh/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "kmend-keys-"));
t.teardown(() => rmSync(folder, { recursive: true }));
const [a, b, rsa] = [makeKey("a", "ed25519"), makeKey("b", "ed25519"), makeKey("r", "rsa")];

interface Case {
  readonly fact: string;
  readonly lines: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly verdict: string;
}

const cases: readonly Case[] = [
  { fact: "the key that is written", lines: [`web1 ${a.line}`], verdict: "known" },
  { fact: "no entry", lines: ["# web1", "", `web2 ${a.line}`], verdict: "unknown" },
  { fact: "another key", lines: [`web1 ${b.line}`], verdict: "changed" },
  { fact: "another key of another type", lines: [`web1 ${rsa.line}`], verdict: "changed" },
  { fact: "one of several keys", lines: [`web1 ${b.line}`, `web1 ${a.line}`], verdict: "known" },
  { fact: "names in any case", lines: [`WEB1 ${a.line}`], host: "Web1", verdict: "known" },
  { fact: "a list of names", lines: [`db1,web1,10.0.0.1 ${a.line}`], verdict: "known" },
  { fact: "a wildcard", lines: [`web?,db* ${a.line}`], verdict: "known" },
  { fact: "a dot is a dot", lines: [`web.1 ${a.line}`], host: "webx1", verdict: "unknown" },
  { fact: "a negation wins", lines: [`web*,!web1 ${a.line}`], verdict: "unknown" },
  { fact: "a port of its own", lines: [`[web1]:2222 ${a.line}`], port: 2222, verdict: "known" },
  { fact: "another port", lines: [`[web1]:2222 ${a.line}`], verdict: "unknown" },
  { fact: "the name without its port", lines: [`web1 ${a.line}`], port: 2222, verdict: "known" },
  {
    fact: "another key without its port proves nothing",
    lines: [`web1 ${b.line}`],
    port: 2222,
    verdict: "unknown",
  },
  { fact: "revoked beats known", lines: [`web1 ${a.line}`, `@revoked * ${a.line}`], verdict: "revoked" },
  { fact: "another key is revoked", lines: [`@revoked * ${b.line}`, `web1 ${a.line}`], verdict: "known" },
  { fact: "a certificate authority", lines: [`@cert-authority web* ${b.line}`], verdict: "authority" },
  { fact: "a marker that nobody knows", lines: [`@new web1 ${a.line}`], verdict: "unknown" },
  { fact: "lines cut short", lines: ["web1", "web1 ssh-ed25519"], verdict: "unknown" },
];

for (const { fact, lines, host = "web1", port = 22, verdict } of cases) {
  const entries = parseKnownHosts(`${lines.join("\n")}\n`, "known_hosts");
  t.equal(judgeKey(entries, host, port, a.blob).kind, verdict, fact);
}

t.test("hashed by ssh-keygen -H", (t) => {
  const file = join(folder, "hashed");
  writeFileSync(file, `web1 ${a.line}\n[web1]:2222 ${b.line}\n`);
  execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
  const entries = parseKnownHosts(readFileSync(file, "utf8"), file);
  t.notMatch(readFileSync(file, "utf8"), "web1");
  t.equal(judgeKey(entries, "web1", 22, a.blob).kind, "known");
  t.equal(judgeKey(entries, "web1", 2222, b.blob).kind, "known");
  t.equal(judgeKey(entries, "web1", 22, b.blob).kind, "changed");
  t.equal(judgeKey(entries, "web2", 22, a.blob).kind, "unknown");
  t.end();
});

t.test("the known types are asked for first", (t) => {
  const entries = parseKnownHosts(`web1 ${rsa.line}\n`, "known_hosts");
  t.same(keyTypesToAskFor(entries, "web1", 22).slice(0, 3), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
  t.equal(keyTypesToAskFor(entries, "web2", 22)[0], "ssh-ed25519");
  t.end();
});

t.test("a refusal says where and what to do", (t) => {
  const where = { name: "web1", host: "10.0.0.1", port: 2222, file: "/root/.ssh/known_hosts" };
  const shown =
    execFileSync("ssh-keygen", ["-l", "-f", join(folder, "a.pub")])
      .toString()
      .split(" ")[1] ?? "";
  t.equal(fingerprint(a.blob), shown, "the fingerprint is OpenSSH's");
  const unknown = refuseKey(where, { kind: "unknown" }, a.blob);
  t.match(unknown.message, shown);
  t.match(unknown.message, "ssh-keyscan -p 2222 10.0.0.1 >> /root/.ssh/known_hosts");
  const [entry] = parseKnownHosts(`\n[10.0.0.1]:2222 ${b.line}`, "/root/.ssh/known_hosts");
  if (!entry) throw new Error("no entry was read");
  const changed = refuseKey(where, { kind: "changed", entry }, a.blob);
  t.match(changed, { code: "host-key-changed", exitCode: 4 });
  t.match(changed.message, "/root/.ssh/known_hosts:2");
  t.match(changed.message, "ssh-keygen -f /root/.ssh/known_hosts -R '[10.0.0.1]:2222'");
  t.end();
});

t.test("the ssh configuration", (t) => {
  const config = join(folder, "config");
  writeFileSync(join(folder, "more"), "Host web*\n  ServerAliveInterval 7\n");
  writeFileSync(
    config,
    `Include more\nHost web1\n  HostName 10.0.0.%h\n  Port 2200\n  User deploy\n  IdentityFile ~/keys/%r@%h\n` +
      `  StrictHostKeyChecking no\n  UserKnownHostsFile /a /b\n  HostKeyAlias other\nMatch originalhost web1\n  ProxyJump x@j1:24,j2\nHost *\n  Port 1\n  ConnectTimeout 3\n`,
  );
  const target = {
    ...({ name: "n", kind: "ssh", address: "web1", configFile: config, hostKeyChecking: true } as const),
    ...{ connectTimeoutMs: 10_000, keepaliveIntervalMs: 2000, keepaliveCountMax: 3 },
  };
  const home = process.env["HOME"] ?? "";
  t.match(settingsFor(target), {
    ...{ host: "10.0.0.web1", port: 2200, user: "deploy", hostKeys: "accept", knownHostsFiles: ["/a", "/b"] },
    ...{ hostKeyAlias: "other", connectTimeoutMs: 3000, keepaliveIntervalMs: 7000, keepaliveCountMax: 3 },
    identities: [{ file: `${home}/keys/deploy@10.0.0.web1`, isChosen: true }],
    jumps: ["x@j1:24", "j2"],
  });
  t.match(settingsFor({ ...target, port: 5, user: "u" }), { port: 5, user: "u" }, "the inventory wins");
  const sshArgs = "-o 'ProxyJump none' -oPort=9 -o User=\"v\" -C";
  t.match(settingsFor({ ...target, sshArgs }), { port: 9, user: "v", jumps: [] }, "then the arguments");
  t.same(splitWords(`-o "A=b \\"c\\"" 'd e'f\\ g`), ["-o", 'A=b "c"', "d ef g"]);
  t.end();
});

function makeKey(name: string, type: string) {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", join(folder, name)]);
  const line = readFileSync(join(folder, `${name}.pub`), "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
  return { line, blob: Buffer.from(line.split(" ")[1] ?? "", "base64") };
}
