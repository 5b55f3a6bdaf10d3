/** `confirm_within:` on real hosts: what is not confirmed in time takes itself back, whatever became of kmend and of the network. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { parseJournal } from "../../src/journal/parse-journal.ts";
import { execOnNode, rebootNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { crashing } from "../torture/crashing.ts";
import { Link } from "../torture/link.ts";
import { type Ended, kmend, notForUsers, type Started, startKmend } from "./kmend.ts";

const holds =
  "    - command: sh -c 'touch /srv/began; while [ ! -e /srv/go ]; do sleep 0.1; done'\n      rollback: []\n";

t.test("hosts that take themselves back", { skip: whatIsMissing() ?? false, timeout: 280_000 }, async (t) => {
  const lab = await raiseLab(t, { nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 4, both_nodes: 0 } });
  const folder = mkdtempSync(join(tmpdir(), "kmend-dead-man-"));
  t.teardown(() => rmSync(folder, { recursive: true }));

  /** A host, with a state folder of its own, so that each story has its own last run. */
  class Host {
    readonly name: string;
    readonly folder: string;
    constructor(name: string) {
      this.name = name;
      this.folder = mkdtempSync(join(folder, `${name}-`));
    }
    on(script: string): Promise<string> {
      return execOnNode(lab, this.name, script).then(({ stdout }) => stdout.trim());
    }
    play(keywords: string, tasks: string): void {
      writeFileSync(
        join(this.folder, "play.yml"),
        `- hosts: ${this.name}\n  gather_facts: false\n${keywords.replaceAll(/^/gm, "  ")}\n  tasks:\n    - copy: {content: new, dest: /srv/file}\n${tasks}`,
      );
    }
    readonly argv = ["run", "-i", lab.inventory, "play.yml"];
    kmend(...argv: string[]): Promise<Ended> {
      return kmend(argv.length > 0 ? argv : this.argv, { cwd: this.folder });
    }
    crash(at: number): Promise<Ended> {
      return crashing(this.argv, { cwd: this.folder }, { at, how: "after" });
    }
    /** Runs until its first change is made, and is in the middle of another. */
    async begin(keywords: string): Promise<Started> {
      this.play(keywords, holds);
      const started = startKmend(this.argv, { cwd: this.folder });
      let isOver = false;
      void started.ended.then(() => {
        isOver = true;
      });
      while (!isOver && (await this.on("[ ! -e /srv/began ] || echo yes")) !== "yes") await sleep(50);
      return started;
    }
    async kill(keywords: string): Promise<void> {
      const started = await this.begin(keywords);
      started.process.kill("SIGKILL");
      await started.ended;
      await this.on("touch /srv/go");
    }
    async isBack(): Promise<void> {
      while ((await this.on("[ -e /srv/file ] && echo yes")) === "yes") await sleep(200);
      // The report is written after the last revert.
      while ((await this.on("ls /var/lib/kmend/*/fired 2>/dev/null")) === "") await sleep(100);
    }
    content(): Promise<string> {
      return this.on("cat /srv/file 2>/dev/null");
    }
    traces(): Promise<string> {
      return this.on("ls /etc/systemd/system | grep kmend-dead-man; pgrep -f [d]ead-man.sh");
    }
    runs(): string[] {
      return readdirSync(join(this.folder, "state/runs")).sort();
    }
    events(run = this.runs().at(-1) ?? ""): readonly Event[] {
      const path = join(this.folder, "state/runs", run, "journal.jsonl");
      return existsSync(path) ? parseJournal(readFileSync(path, "utf8"), run).events : [];
    }
    async clear(): Promise<void> {
      await this.on("rm -rf /srv/* /var/lib/kmend");
    }
  }
  const [one, two, three, four] = ["clean-1", "clean-2", "clean-3", "clean-4"].map(
    (name) => new Host(name),
  ) as [Host, Host, Host, Host];
  const only = <Type extends Event["type"]>(events: readonly Event[], type: Type) =>
    events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);

  await t.test("each of its own way", async (t) => {
    t.jobs = 4;

    t.test("a batch that ends well is confirmed, over a new connection, and stays", async (t) => {
      one.play("confirm_within: 5s", "");
      const { code, stdout } = await one.kmend();
      t.equal(code, 0, stdout);
      t.match(stdout, "confirmed: [clean-1]");
      await sleep(6_000);
      t.equal(await one.content(), "new");
      t.equal(await one.traces(), "", "neither a unit nor a process is left");

      await one.clear();
      one.play("confirm_within: 5s\non_failure: rollback_batch", "    - fail:\n");
      const failed = await one.kmend();
      t.equal(failed.code, 2);
      t.match(failed.stdout, /reverted: \[clean-1\] copy/);
      t.notMatch(failed.stdout, "NOT CONFIRMED", "what is taken back needs no timer");
      t.equal(await one.traces(), "");
    });

    t.test("kmend was killed: the host takes itself back, and the next who comes reads of it", async (t) => {
      await two.kill("confirm_within: 8s");
      t.equal(await two.content(), "new");
      const run = two.runs()[0] ?? "";
      writeFileSync(
        join(folder, "other.yml"),
        "- hosts: clean-2\n  gather_facts: false\n  tasks:\n    - copy: {content: other, dest: /srv/other}\n",
      );
      const other = await two.kmend("run", "-i", lab.inventory, join(folder, "other.yml"));
      t.equal(other.code, 2);
      t.match(other.stdout, `nobody has confirmed the run ${run} there, and it takes itself back at`);
      await two.isBack();
      const rolledBack = await two.kmend("rollback", run);
      t.equal(rolledBack.code, 0, rolledBack.stdout);
      t.match(
        rolledBack.stdout,
        /TOOK ITSELF BACK: \[clean-2\] at \S+Z, as nobody had confirmed in time\n {2}taking back: copy/,
      );
      t.match(rolledBack.stdout, /reverted: \[clean-2\] copy/, "held against what was recorded");
      t.notMatch(rolledBack.stdout + rolledBack.stderr, notForUsers);
      const after = await two.kmend("run", "-i", lab.inventory, join(folder, "other.yml"));
      t.equal(after.code, 0, "the host is free again");
      t.notMatch(after.stdout, "TOOK ITSELF BACK", "it was told");
      t.equal(await two.traces(), "");
    });

    t.test("kmend was killed, and the host rebooted before the time was up", async (t) => {
      await three.kill("confirm_within: 20s");
      await rebootNodes({ ...lab, nodes: ["clean-3"] });
      await three.isBack();
      const resumed = await three.kmend("resume", "last", "--in-flight", "skip");
      t.match(resumed.stdout, "TOOK ITSELF BACK: [clean-3]");
      t.match(resumed.stdout, /reverted: \[clean-3\] copy/);
      t.notMatch(resumed.stdout, "confirmed:", "it takes no further part");
      t.equal(await three.content(), "");
      t.equal(await three.traces(), "");
    });

    t.test("a change that locks kmend out", async (t) => {
      // The service is restored before the older file is, and reads it once more.
      four.play(
        "confirm_within: 15s",
        `    - copy: {content: "AllowUsers nobody\\n", dest: /etc/ssh/sshd_config.d/no.conf}
      notify: restart
  handlers:
    - name: restart
      service: {name: sshd, state: restarted}
`,
      );
      const { code, stdout, stderr } = await four.kmend();
      t.equal(code, 4, stdout);
      t.match(
        stdout,
        /NOT CONFIRMED: \[clean-4\] it takes itself back at about \S+Z: it could not be told: /,
      );
      t.match(stdout, /clean-4 .* unreachable=1 /);
      t.notMatch(stdout + stderr, notForUsers);
      await four.isBack();
      t.match(await four.on("cat /var/lib/kmend/*/report"), /restarting sshd?\.service: /);
      const back = await four.kmend("rollback", "last");
      t.equal(back.code, 0, back.stdout);
      t.match(back.stdout, "TOOK ITSELF BACK: [clean-4]");
    });
  });

  await t.test("and four more", async (t) => {
    t.jobs = 4;
    for (const host of [one, two, three, four]) await host.clear();

    t.test("a gate that does not hold confirms nobody", async (t) => {
      one.play("confirm_within: 6s\ngate: [{command: 'false', changed_when: false}]", "");
      const { code, stdout } = await one.kmend();
      t.equal(code, 2);
      t.match(stdout, /NOT CONFIRMED: \[clean-1\] it takes itself back at about \S+Z: the gate did not hold/);
      await one.isBack();

      const run = one.runs().at(-1) ?? "";
      one.play("", "");
      const next = await one.kmend();
      t.equal(next.code, 0, next.stdout);
      const found = new RegExp(
        `TOOK ITSELF BACK: \\[clean-1\\] at \\S+Z, as nobody had confirmed the run ${run} in time\\n {2}taking back: copy`,
      );
      t.match(next.stdout, found, "whoever comes next is told");
      t.match((await one.kmend("show", run)).stdout, found, "and so is the run's own journal");
      t.notMatch((await one.kmend()).stdout, "TOOK ITSELF BACK", "once");
      const back = await one.kmend("rollback", run);
      t.match(back.stdout, "TOOK ITSELF BACK: [clean-1]", "its own rollback asks all the same");
    });

    t.test("a batch that takes longer than that is stopped by the host, and told so", async (t) => {
      const started = await two.begin("confirm_within: 5s");
      await two.isBack();
      const { code, stdout } = await started.ended;
      t.not(code, 0, "the script under way was ended with it");
      t.ok(only(two.events(), "deadman:armed").length === 1);
      t.notMatch(stdout, "confirmed:");
      const again = await two.kmend("rollback", "last");
      t.match(again.stdout, "TOOK ITSELF BACK: [clean-2]");
    });

    t.test("a run that goes on in time confirms in the end", async (t) => {
      await four.kill("confirm_within: 60s");
      const resumed = await four.kmend("resume", "last", "--in-flight", "skip");
      t.equal(resumed.code, 0, resumed.stdout);
      t.match(resumed.stdout, "confirmed: [clean-4]");
      t.equal(await four.content(), "new");
      t.equal(await four.traces(), "");
    });

    t.test("what the host can't take back by itself is named, and a dry run arms nobody", async (t) => {
      await three.on("mkdir /srv/large; fallocate -l 65M /srv/large/file");
      three.play("confirm_within: 30s", "    - file: {path: /srv/large, state: absent}\n");
      const named =
        "clean-3: file: unless it is confirmed in time, the host cannot take this back by itself: it has no way back";
      const dry = await three.kmend("plan", "-i", lab.inventory, "play.yml");
      t.match(dry.stdout + dry.stderr, named);
      t.equal(await three.on("ls /var/lib/kmend 2>/dev/null"), "");
      const { stdout } = await three.kmend();
      t.match(stdout, named);
    });
  });

  await t.test("while kmend itself takes back, and where the link is cut", async (t) => {
    t.jobs = 4;
    for (const host of [two, three, four]) await host.clear();
    const slowly = (seconds: string): string => `    - command: touch /srv/made
      rollback:
        - shell: touch /srv/backing; for i in $(seq ${seconds}); do [ -e /srv/go ] || sleep 1; done; rm -f /srv/made
    - fail:
`;

    t.test("kmend is killed over it: the host does the rest", async (t) => {
      two.play("confirm_within: 6s\non_failure: rollback_host", slowly("60"));
      const started = startKmend(two.argv, { cwd: two.folder });
      while ((await two.on("ls /srv/backing 2>/dev/null")) === "") await sleep(100);
      started.process.kill("SIGKILL");
      await started.ended;
      t.equal(await two.content(), "new", "the older change still stands");
      await two.isBack();
      const rolledBack = await two.kmend("rollback", "last");
      t.match(rolledBack.stdout, "TOOK ITSELF BACK: [clean-2]");
      t.equal(await two.traces(), "");
    });

    t.test("a rollback has its own time", async (t) => {
      three.play(
        "confirm_within: 6s\non_failure: rollback_host",
        `    - command: sleep 4\n      rollback: []\n${slowly("4")}`,
      );
      const { code, stdout } = await three.kmend();
      t.equal(code, 2, stdout);
      t.match(stdout, /reverted: \[clean-3\] copy/);
      t.notMatch(stdout, /TOOK ITSELF BACK|NOT CONFIRMED/);
      t.equal(await three.content(), "");
      t.equal(await three.traces(), "");
    });

    t.test("the link is cut, and comes back too late", async (t) => {
      const link = new Link(lab, four.name);
      t.teardown(() => link.close());
      await link.open();
      const far = join(four.folder, "far.yml");
      writeFileSync(far, link.inventory(readFileSync(lab.inventory, "utf8")));
      four.play("confirm_within: 12s", holds);
      const started = startKmend(["run", "-i", far, "play.yml"], { cwd: four.folder });
      while ((await four.on("ls /srv/began 2>/dev/null")) === "") await sleep(100);
      link.cut();
      const { code, stdout } = await started.ended;
      t.equal(code, 4, stdout);
      t.match(stdout, /NOT CONFIRMED: \[clean-4\] it takes itself back at about \S+Z/);
      await four.isBack();
      t.equal(await four.content(), "");
      link.mend();
      const back = await four.kmend("rollback", "last");
      t.match(back.stdout, "TOOK ITSELF BACK: [clean-4]");
      t.match(back.stdout, /reverted: \[clean-4\] copy/, back.stdout);
    });
  });

  await t.test(
    "kmend was killed between its journal and the host: the run that goes on arms it",
    async (t) => {
      // The same run as the one that was confirmed: the same event.
      await one.clear();
      one.play("confirm_within: 30s", "");
      t.equal((await one.kmend()).code, 0);
      const at = only(one.events(), "deadman:armed")[0]?.n ?? 0;
      await one.clear();
      t.equal((await one.crash(at)).signal, "SIGKILL");
      t.equal(await one.on("ls /var/lib/kmend/*/dead-man.sh 2>/dev/null"), "", "it knows of nothing");
      const resumed = await one.kmend("resume", "last");
      t.equal(resumed.code, 0, resumed.stdout);
      t.match(resumed.stdout, "confirmed: [clean-1]");
      t.equal(await one.content(), "new");
    },
  );
});
