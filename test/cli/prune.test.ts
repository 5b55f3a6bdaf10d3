/** `kmend prune`: what is settled goes, here and on its hosts, and nothing else. */

import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { type Test } from "tap";
import { type Ended, forgetSaved, kmend, lastRun, notForUsers } from "./kmend.ts";

t.setTimeout(300_000);

class Place {
  readonly folder: string;
  readonly state: string;
  constructor(t: Test) {
    this.folder = t.testdir({});
    this.state = join(this.folder, "state");
    t.teardown(() => forgetSaved(this.state));
  }
  kmend(...argv: string[]): Promise<Ended> {
    return kmend(argv, { cwd: this.folder });
  }
  /** @returns the run's id, and its folder on the host */
  async run(tasks: string, hosts = "a,"): Promise<{ readonly run: string; readonly onHost: string }> {
    writeFileSync(
      join(this.folder, "play.yml"),
      `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.replaceAll("DIR", this.folder)}`,
    );
    await this.kmend("run", "-i", hosts, "-c", "local", "play.yml");
    const [first, ...events] = lastRun(this.state);
    const change = events.find((event) => event.type === "change:recorded");
    return {
      run: (first as { run: string }).run,
      onHost: change?.type === "change:recorded" ? dirname(change.save) : "",
    };
  }
  /** An inventory where some hosts are away. */
  inventory(text: string): string[] {
    writeFileSync(join(this.folder, "hosts.ini"), text.replaceAll("AWAY", away));
    return ["-i", "hosts.ini"];
  }
  runs(): string[] {
    return readdirSync(join(this.state, "runs")).sort();
  }
}

const away = "ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1";
const writes = (name: string): string => `    - copy: {content: new, dest: "DIR/${name}"}\n`;

t.test("settled runs go, with what hosts keep of them; the newest and the unsettled stay", async (t) => {
  const place = new Place(t);
  const failed = await place.run(`${writes("failed")}    - fail:\n`);
  const old = await place.run(writes("old"));
  const newest = await place.run(writes("newest"));
  for (const each of [failed, old, newest]) t.ok(existsSync(each.onHost));

  const look = await place.kmend("prune", "--keep", "1", "--check");
  t.equal(look.code, 0);
  t.equal(
    look.stdout,
    `not settled: ${failed.run}: it failed, and was neither gone on with nor taken back\nwould go: ${old.run}\n`,
  );
  const asked = await place.kmend("prune", "--keep", "1");
  t.equal(asked.code, 5, "nobody could be asked");
  t.match(asked.stderr, "Cannot ask whether 1 runs may go for good");
  t.equal(place.runs().length, 3);

  const pruned = await place.kmend("prune", "--keep", "1", "--yes");
  t.equal(pruned.code, 0, pruned.stderr);
  t.match(pruned.stdout, `gone: ${old.run}\n`);
  t.strictSame(place.runs(), [failed.run, newest.run]);
  t.notOk(existsSync(old.onHost));
  for (const each of [failed, newest]) t.ok(existsSync(each.onHost));
  t.ok(existsSync(join(place.folder, "old")), "what the run did stands");

  t.equal((await place.kmend("rollback", failed.run)).code, 0, "what was kept can be taken back");
  t.match((await place.kmend("prune", "--keep", "1", "--yes")).stdout, `gone: ${newest.run}`);
  t.match((await place.kmend("prune", "--keep", "0", "--yes")).stdout, `gone: ${failed.run}`);
  t.strictSame(place.runs(), []);
  for (const each of [failed, newest]) t.notOk(existsSync(each.onHost));
});

t.test("where a host's folder is still there, so is its run, until somebody lets go of it", async (t) => {
  const place = new Place(t);
  const { run, onHost } = await place.run(writes("new"), "a,");
  const gone = place.inventory("a AWAY\n");
  const first = await place.kmend("prune", "--keep", "0", "--yes", ...gone);
  t.equal(first.code, 4, first.stderr);
  t.match(first.stdout, `still there: a: ${onHost}: `);
  t.notMatch(first.stdout + first.stderr, notForUsers);
  t.strictSame(place.runs(), [run]);
  const second = await place.kmend("prune", "--keep", "0", "--yes", "--even-unreachable", ...gone);
  t.equal(second.code, 0);
  t.strictSame(place.runs(), []);
});

t.test("a run that is pruned in part is neither taken back nor gone on with", async (t) => {
  const place = new Place(t);
  const { run } = await place.run(writes("{{ inventory_hostname }}"), "a,b,");
  const inventory = place.inventory("a\nb AWAY\n");
  const half = await place.kmend("prune", "--keep", "0", "--yes", ...inventory);
  t.equal(half.code, 4, half.stdout + half.stderr);
  t.strictSame(place.runs(), [run]);
  for (const command of ["rollback", "resume"]) {
    const refused = await place.kmend(command, run);
    t.match(refused.stderr, `Cannot touch the run ${run}: what it kept on a was pruned`);
    t.not(refused.code, 0);
  }
  t.equal((await place.kmend("prune", "--keep", "0", "--yes")).code, 0, "the next goes on with the rest");
  t.strictSame(place.runs(), []);
});
