/** Whatever the umask: what kmend keeps is its owner's alone. */

import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { forgetSaved, shellWithKmend } from "./kmend.ts";

t.setTimeout(120_000);

const play = `- hosts: a
  gather_facts: false
  tasks:
    - copy: {content: "{{ 'x' * 6000 }}", dest: DIR/out}
    - file: {path: DIR/folder, state: directory}
    - command: head -c 6000 /dev/zero
      changed_when: false
`;

/** Every path below a folder with its rights, those that are right left out. */
function tooOpen(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return [folder, ...below].flatMap((path) => {
    const found = statSync(path);
    const rights = found.mode & 0o777;
    return rights === (found.isDirectory() ? 0o700 : 0o600) ? [] : [`${rights.toString(8)} ${path}`];
  });
}

t.test("with umask 000 folders are 0700 and files 0600", async (t) => {
  const folder = t.testdir({});
  const state = join(folder, "state");
  t.teardown(() => forgetSaved(state));
  writeFileSync(join(folder, "play.yml"), play.replaceAll("DIR", folder));
  const caches = join(folder, "caches");
  const run = async (line: string): Promise<void> => {
    const ended = await shellWithKmend(`umask 000; unset NODE_COMPILE_CACHE; $KMEND ${line}`, {
      cwd: folder,
      env: { XDG_CACHE_HOME: caches },
    });
    t.equal(ended.code, 0, `${line}: ${ended.stdout}${ended.stderr}`);
  };
  await run("plan -i a, -c local play.yml --out plan.json");
  await run("run -i a, -c local play.yml");
  const last = readdirSync(join(state, "runs")).sort().at(-1) ?? "";
  t.ok(readdirSync(join(state, "runs", last, "blobs")).length > 0);
  appendFileSync(join(state, "runs", last, "journal.jsonl"), '{"n":');
  await run("resume last");
  t.ok(readdirSync(join(state, "runs", last)).some((name) => name.startsWith("torn-")));
  const saved = join("/var/lib/kmend", last);
  const isOpen = (path: string): string[] => tooOpen(path).filter((line) => !line.endsWith("/revert.sh"));
  t.strictSame(isOpen(saved), []);
  t.equal(statSync(join(saved, "revert.sh")).mode & 0o777, 0o700);
  await run("rollback last");
  t.strictSame(tooOpen(state), []);
  t.equal(statSync(join(folder, "plan.json")).mode & 0o777, 0o600);
  t.equal(statSync("/var/lib/kmend").mode & 0o777, 0o700);
  // Who could write there could have us run his code.
  t.equal(statSync(join(caches, "kmend")).mode & 0o777, 0o700);
});

t.test("compiled code is not taken from a folder that others may write", async (t) => {
  const folder = t.testdir({});
  const cache = join(folder, "caches", "kmend");
  mkdirSync(cache, { recursive: true });
  chmodSync(cache, 0o777);
  const ended = await shellWithKmend("unset NODE_COMPILE_CACHE; $KMEND runs", {
    cwd: folder,
    env: { XDG_CACHE_HOME: join(folder, "caches") },
  });
  t.equal(ended.code, 0, ended.stderr);
  t.strictSame(readdirSync(cache), []);
  chmodSync(cache, 0o700);
  await shellWithKmend("unset NODE_COMPILE_CACHE; $KMEND runs", {
    cwd: folder,
    env: { XDG_CACHE_HOME: join(folder, "caches") },
  });
  t.not(readdirSync(cache).length, 0);
  t.notOk(existsSync(join(folder, "state", "runs")), "a list makes nothing");
});
