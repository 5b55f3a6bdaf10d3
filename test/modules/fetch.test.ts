/** What `fetch` leaves on the controller, whose word says where, and how it is taken back. Its results: test/conformance/cases/fetch.yml. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { placeOf } from "../../src/modules/fetch/place.ts";
import { lookAtRemote } from "../../src/modules/modules.ts";
import { Dict } from "../../src/template/template.ts";
import { noSshd, startSshd } from "../connection/sshd.ts";
import { type Workplace, workplace } from "../engine/local-run.ts";
import { Host, shells } from "./host.ts";

t.setTimeout(120_000);

t.test(
  "hosts share a new tree; taken back one by one, each takes its own, the last one the tree",
  async (t) => {
    const { place, file, play } = site(t);
    for (const host of ["a", "b"]) file(`on/${host}`, `of ${host}\n`);
    const run = await place.run(play('src: "DIR/on/{{ inventory_hostname }}", dest: new/tree'), ["b", "a"]);
    t.equal(run.outcome.exitCode, 0);
    const there = (host: string) => join(place.folder, "new/tree", host, place.folder, "on", host);
    t.strictSame(
      ["a", "b"].map((host) => readFileSync(there(host), "utf8")),
      ["of a\n", "of b\n"],
    );
    const [maker = "", other = ""] = kinds(run.events, "change:recorded").map((change) => change.for);
    const one = await place.rollback(run.events, ["a", "b"], undefined, { limit: maker });
    t.equal(one.outcome.exitCode, 0);
    t.notOk(place.has(`new/tree/${maker}`));
    t.ok(existsSync(there(other)), "the tree that it made for both stays");
    const rest = await place.rollback(run.events, ["a", "b"], undefined, { earlier: [one.events] });
    t.equal(rest.outcome.exitCode, 0);
    t.notOk(place.has(`new/tree/${other}`));

    const again = await place.run(play('src: "DIR/on/{{ inventory_hostname }}", dest: other/tree'), [
      "b",
      "a",
    ]);
    t.equal((await place.rollback(again.events, ["a", "b"])).outcome.exitCode, 0);
    t.notOk(place.has("other"), "taken back together, nothing is left");
  },
);

t.test(
  "what stood at the place comes back, with its rights; one file for two hosts goes back twice",
  async (t) => {
    const { place, file, play } = site(t);
    for (const host of ["a", "b"]) file(`on/${host}`, `of ${host}\n`);
    const old = file("one", "old\n", 0o640);
    const before = statSync(old);
    const run = await place.run(play('src: "DIR/on/{{ inventory_hostname }}", dest: DIR/one, flat: true'), [
      "a",
      "b",
    ]);
    t.equal(run.outcome.exitCode, 0);
    t.match(readFileSync(old, "utf8"), /^of [ab]\n$/);
    t.equal(statSync(old).mode & 0o7777, 0o640, "it keeps its rights meanwhile");
    t.equal((await place.rollback(run.events, ["a", "b"])).outcome.exitCode, 0);
    t.equal(readFileSync(old, "utf8"), "old\n");
    t.equal(statSync(old).mtimeMs, before.mtimeMs);
  },
);

t.test("what somebody made of it since is left alone", async (t) => {
  const { place, file, play } = site(t);
  file("src", "theirs to come\n");
  const run = await place.run(play("src: DIR/src, dest: DIR/here, flat: true"));
  place.write("here", "worked on\n");
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.match(kinds(back.events, "change:revert-failed"), [{ kind: "foreign", host: "localhost" }]);
  t.equal(place.read("here"), "worked on\n");
});

t.test("it is the controller's, whatever the inventory calls localhost", async (t) => {
  const { place, file, play } = site(t);
  file("src", "text\n");
  const elsewhere: Parameters<Workplace["run"]>[2] = (world) => {
    const vars = Dict.of({ ansible_connection: "ssh", ansible_host: "192.0.2.1", ansible_ssh_timeout: 1 });
    world.inventory.addHost("localhost", { groups: ["ungrouped"], vars });
    return world;
  };
  const run = await place.run(play("src: DIR/src, dest: DIR/here, flat: true", "a"), ["a"], elsewhere);
  t.equal(run.outcome.exitCode, 0);
  t.equal((await place.rollback(run.events, ["a"], elsewhere)).outcome.exitCode, 0);
  t.notOk(place.has("here"));
});

t.test("`rollback: []` keeps it; other tasks of a rollback can fetch, too", async (t) => {
  const { place, file } = site(t);
  const source = file("src", "text\n");
  const run = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - fetch: {src: DIR/src, dest: DIR/stays, flat: true}
      rollback: []
    - copy: {content: x, dest: DIR/copied}
      rollback:
        - fetch: {src: DIR/src, dest: DIR/brought-back, flat: true}
`);
  writeFileSync(source, "now\n");
  t.equal((await place.rollback(run.events)).outcome.exitCode, 0);
  t.equal(place.read("stays"), "text\n");
  t.equal(place.read("brought-back"), "now\n");
});

t.test(
  "a file of more than any script may print comes whole, and nothing of it is left beside",
  async (t) => {
    const { place, file, play } = site(t);
    const source = file("big", "the beginning");
    truncateSync(source, 40 * 1024 * 1024);
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("kmend-fetch-"));
    const before = left();
    const run = await place.run(play("src: DIR/big, dest: DIR/here, flat: true"));
    t.equal(run.outcome.exitCode, 0);
    t.ok(readFileSync(source).equals(readFileSync(place.at("here"))));
    t.strictSame(left(), before);
  },
);

t.test("a file that is another at each look is refused, or taken as it came", async (t) => {
  const { place, play } = site(t);
  const strict = await place.run(play("src: /proc/self/stat, dest: DIR/strict, flat: true"));
  t.equal(strict.outcome.exitCode, 2);
  t.match(kinds(strict.events, "task:ended"), [
    { result: { msg: /Cannot get .*its checksum differs from what came/ } },
  ]);
  t.notOk(place.has("strict"));
  const any = await place.run(
    play("src: /proc/self/stat, dest: DIR/any, flat: true, validate_checksum: false"),
  );
  t.equal(any.outcome.exitCode, 0);
  t.match(place.read("any"), /^\d+ \(/);
});

t.test("a new file has the rights that it has there, and nobody's set-id bits", async (t) => {
  const { place, file, play } = site(t);
  for (const [name, mode] of [
    ["secret", 0o600],
    ["program", 0o6755],
    ["open", 0o666],
  ] as const)
    file(`on/${name}`, name, mode);
  const items = "\n      loop: [secret, program, open]";
  t.equal(
    (await place.run(play(`src: "DIR/on/{{ item }}", dest: DIR/to/, flat: true`) + items)).outcome.exitCode,
    0,
  );
  const mode = (name: string) => (statSync(place.at(`to/${name}`)).mode & 0o7777).toString(8);
  const open = (0o666 & ~process.umask()).toString(8);
  t.strictSame(["secret", "program", "open"].map(mode), ["600", "755", open]);
});

t.test(
  "under no_log the journal knows neither file nor place, and the rollback takes it away all the same",
  async (t) => {
    const { place, file, play } = site(t);
    file("src-hidden", "hidden-words\n");
    const hidden = `${play("src: DIR/src-hidden, dest: DIR/here-hidden, flat: true")}\n      no_log: true`;
    const run = await place.run(hidden);
    t.equal(run.outcome.exitCode, 0);
    t.notMatch(JSON.stringify(run.events), /src-hidden|here-hidden|hidden-words/);
    t.equal((await place.rollback(run.events)).outcome.exitCode, 0);
    t.notOk(place.has("here-hidden"));
  },
);

t.test(
  "a run that stopped in the middle of it goes on: what stands here already is not brought again",
  async (t) => {
    const { place, file, play } = site(t);
    const source = file("src", "text\n");
    const run = await place.run(play("src: DIR/src, dest: DIR/here, flat: true"));
    const began = statSync(place.at("here")).ino;
    const cut = run.events.findIndex((event) => event.type === "change:applied");
    const made = await place.resume(run.events, ["a"], {}, (events) => events.slice(0, cut));
    t.equal(made.outcome.exitCode, 0);
    t.equal(statSync(place.at("here")).ino, began, "it was taken for made");
    t.equal(kinds(made.events.slice(run.events.length), "change:recorded").length, 0);

    writeFileSync(source, "other\n");
    const other = await place.run(play("src: DIR/src, dest: DIR/there, flat: true"));
    place.write("there", "torn");
    const at = other.events.findIndex((event) => event.type === "change:applied");
    const brought = await place.resume(other.events, ["a"], {}, (events) => events.slice(0, at));
    t.equal(brought.outcome.exitCode, 0);
    t.equal(place.read("there"), "other\n");
  },
);

t.test("a path never leads out of its host's folder, whoever says it", async (t) => {
  const given = {
    kind: "file",
    isHere: false,
    host: "h",
    home: "/../../root",
    playFolder: "/play",
    ownHome: "/me",
  } as const;
  const at = (src: string, dest: string, more: { flat?: boolean; host?: string } = {}) =>
    placeOf({ src, dest, flat: more.flat ?? false }, { ...given, host: more.host ?? "h" });
  t.equal(at("/etc/hosts", "to"), "/play/to/h/etc/hosts");
  t.equal(at("etc/hosts", "/to/"), "/to/h/etc/hosts");
  t.equal(at("../../../../etc/cron.d/x", "/to"), "/to/h/etc/cron.d/x");
  t.equal(at("/a/../../../../b/./c", "/to"), "/to/h/b/c");
  t.equal(at("~/x", "~/to"), "/me/to/h/root/x", "its home, too");
  t.equal(at("/a/b", "/to/", { flat: true }), "/to/b");
  t.equal(at("/a/b", "/to", { flat: true }), "/to");
  for (const host of ["..", ".", "../x", "a/b", ""])
    t.throws(() => at("/x", "/to", { host }), /Cannot name a folder/);
  for (const src of ["/a/..", "..", "/"])
    t.throws(() => at(src, "/to/", { flat: true }), /Cannot name a file/);
});

t.test(
  "over ssh, what only root may read there comes by become, and is whose kmend it is",
  { skip: noSshd },
  async (t) => {
    const { place, file, play } = site(t);
    const sshd = await startSshd();
    t.teardown(() => sshd.stop());
    const source = file("roots", "of root\n", 0o600);
    chmodSync(place.folder, 0o755);
    const reached =
      (become: boolean): Parameters<Workplace["run"]>[2] =>
      (world) => {
        const { address, port, key, knownHosts } = sshd;
        const way = {
          ansible_connection: "ssh",
          ansible_host: address,
          ansible_port: port,
          ansible_user: "free",
        };
        const options = `-o UserKnownHostsFile=${knownHosts}`;
        const vars = {
          ...way,
          ansible_ssh_private_key_file: key,
          ansible_ssh_common_args: options,
          ansible_become: become,
        };
        world.inventory.addHost("far", { groups: ["ungrouped"], vars: Dict.of(vars) });
        return world;
      };
    const to = play("src: DIR/roots, dest: DIR/here", "far");
    const denied = await place.run(to, [], reached(false));
    t.equal(denied.outcome.exitCode, 2);
    t.match(kinds(denied.events, "task:ended"), [{ result: { msg: `file is not readable: ${source}` } }]);
    const run = await place.run(to, [], reached(true));
    t.equal(run.outcome.exitCode, 0);
    const here = join(place.folder, "here/far", source);
    t.equal(readFileSync(here, "utf8"), "of root\n");
    t.match(statSync(here), { uid: process.getuid?.(), mode: 0o100600 });
    t.match(kinds(run.events, "change:recorded"), [{ host: "localhost", for: "far", become: null }]);
    t.equal((await place.rollback(run.events, [], reached(true))).outcome.exitCode, 0);
    t.notOk(place.has("here"));
  },
);

for (const [shell, argv] of Object.entries(shells))
  t.test(`what a file of the host is, is seen alike (${shell})`, async (t) => {
    const host = new Host(argv);
    t.teardown(() => host.remove());
    const at = (name: string) => join(host.work, name);
    writeFileSync(at("a b"), "text\n", { mode: 0o640 });
    symlinkSync("a b", at("link"));
    symlinkSync("nowhere", at("dangling"));
    mkdirSync(at("folder"));
    const look = (path: string) => {
      const { script, parse } = lookAtRemote(path);
      return parse(host.run(script));
    };
    const text = {
      kind: "file",
      source: at("a b"),
      size: 5,
      sha1: "aa785adca3fcdfe1884ae840e13c6d294a2414e8",
      sha256: "b9e68e1bea3e5b19ca6b2f98b73a54b73daafaa250484902e09982e07a12e733",
      mode: 0o640,
    };
    t.same(look(at("a b")), text);
    t.same(look(at("link")), text, "links are followed");
    t.same(look("~/a b"), text, "the home is the host's");
    const kinds = ["folder", "dangling", "no", "folder/../no"].map((name) => look(at(name)).kind);
    t.strictSame([...kinds, look("/dev/null").kind], ["directory", "absent", "absent", "absent", "other"]);
  });

/** A folder whose play's one task is the fetch. */
function site(t: Test) {
  const place = workplace(t);
  return {
    place,
    file(name: string, text: string, mode = 0o644): string {
      const path = place.at(name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    },
    play: (given: string, hosts = "all") => `
- hosts: ${hosts}
  gather_facts: false
  tasks:
    - fetch: {${given}}`,
  };
}

function kinds<T extends Event["type"]>(events: readonly Event[], type: T) {
  return events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
}
