/** Nobody gets in: a host that lies about everything. Nothing gets out: secrets that come in by every way, and every way out, on this machine and over a real sshd. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { createFileStore } from "../../src/journal/journal.ts";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { type Ended, forgetSaved, kmend, lastRun, leftProcesses, notForUsers, startKmend } from "./kmend.ts";
import { evaluated, jinja, liar, lyingFacts } from "./liar.ts";
import { inArguments, plant } from "./planted-secrets.ts";

t.setTimeout(290_000);

const missing = whatIsMissing();

t.test("with a real host", { skip: missing === null ? false : `no lab here: ${missing}` }, async (t) => {
  const lab = await raiseLab(t, {
    name: "safety",
    nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 1, both_nodes: 0 },
  });
  const on = (script: string) => execOnNode(lab, "clean-1", script).then(({ stdout }) => stdout);

  await t.test("a host that lies harms nobody but itself", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "kmend-liar-"));
    t.teardown(() => {
      forgetSaved(join(folder, "state"));
      rmSync(folder, { recursive: true });
    });
    await on(`cat > /usr/local/bin/liar <<'EOF'\n${liar}\nEOF
chmod 755 /usr/local/bin/liar; useradd --create-home --shell /usr/local/bin/liar liar
mkdir -m 700 /home/liar/.ssh; cp /home/ops/.ssh/authorized_keys /home/liar/.ssh/; chown -R liar: /home/liar/.ssh
cat > /home/liar/facts <<'EOF'\n${lyingFacts}\nEOF`);
    const address = JSON.parse(
      (await kmend(["inventory", "-i", lab.inventory, "--host", "clean-1"], { cwd: folder })).stdout,
    ) as Record<string, string>;
    writeFileSync(
      join(folder, "liar.ini"),
      `liar ansible_user=liar ansible_host=${address["ansible_host"]} ansible_port=${address["ansible_port"]}\n`,
    );
    const run = async (tasks: string, wanted: number, ...more: string[]): Promise<Ended> => {
      writeFileSync(join(folder, "play.yml"), tasks);
      const started = startKmend(["run", "-i", lab.inventory, "-i", "liar.ini", "play.yml", ...more], {
        cwd: folder,
      });
      const most = watchMemory(started.process.pid ?? 0);
      const ended = await started.ended;
      t.equal(ended.code, wanted, ended.stdout.slice(-3000) + ended.stderr);
      t.notMatch(ended.stdout + ended.stderr, notForUsers);
      t.notMatch(ended.stdout + ended.stderr, harmful, "nothing that a terminal obeys");
      t.ok(most() < 500, `${most()} MiB`);
      const { wrong } = await createFileStore(join(folder, "state")).verify("last");
      t.strictSame(wrong, [], "the journal is whole");
      return ended;
    };
    const events = () => lastRun(join(folder, "state"));
    const resultsOf = (host: string) =>
      events().flatMap((event) => (event.type === "task:ended" && event.host === host ? [event] : []));

    await t.test("whatever a script prints is text, and the other host's results are its own", async (t) => {
      const lies = ["escapes", "line", "many", "blank", "html", "marks", "json", "bytes", "newlines"];
      const tasks = lies.map((lie) => `    - command: echo LIE:${lie}\n      ignore_errors: true\n`).join("");
      const ended = await run(`- hosts: liar:clean-1\n  gather_facts: false\n  tasks:\n${tasks}`, 0, "-vvvv");
      t.match(ended.stdout, /\\x1b|\\u001b/);
      for (const lie of lies)
        t.match(
          resultsOf("clean-1").find((event) => JSON.stringify(event.result).includes(`LIE:${lie}`)),
          { outcome: "changed", result: { rc: 0, stdout: `LIE:${lie}`, stderr: "" } },
        );
      t.match(ended.stdout, /^clean-1 +: ok=9 +changed=9 +unreachable=0 +failed=0/m);
      t.match(ended.stdout, /^liar +: ok=9 +changed=9 .* ignored=1/m);
      for (const output of ["json", "ndjson", "pretty"]) {
        const shown = await kmend(["show", "last", "-vv", "--output", output], { cwd: folder });
        t.notMatch(shown.stdout + shown.stderr, harmful, output);
      }
    });

    await t.test("its facts are never a template, and say not how to reach it", async (t) => {
      writeFileSync(join(folder, "t.j2"), "{{ ansible_kernel }}\n");
      const ended = await run(
        `- hosts: liar
  handlers:
    - name: ring
      copy: {content: "{{ said.stdout }}", dest: /home/liar/rung}
  tasks:
    - debug: {var: ansible_kernel}
    - debug: {msg: "{{ ansible_local.evil.text }} {{ ansible_user_id }}"}
    - command: echo LIE:jinja
      register: said
      changed_when: false
    - set_fact: {kept: "{{ said.stdout }}", nested: ["{{ ansible_kernel }}"]}
    - debug: {msg: "{{ kept }} {{ nested }} {{ again }}"}
      vars: {again: "{{ kept }}"}
    - debug: {msg: "{{ item }}"}
      loop: ["{{ kept }}"]
    - assert: {that: ["kept == said.stdout", "ansible_kernel | length > 9", "isAdmin is not defined"]}
    - add_host: {name: made-up, groups: made, motd: "{{ kept }}", deep: {motd: ["{{ kept }}"]}}
    - group_by: {key: "{{ kept }}"}
    - template: {src: t.j2, dest: /home/liar/templated}
      notify: ring
    - copy: {content: "{{ hostvars['made-up'].motd }}", dest: /home/liar/copied}
      rollback: [{copy: {content: "{{ kept }}", dest: /home/liar/undone}}]
    - debug:
        msg: "{{ ansible_connection | default('none') }} {{ ansible_become_exe | default('none') }} {{ ansible_host }} {{ ansible_ssh_common_args }}"
- hosts: made
  gather_facts: false
  connection: local
  tasks:
    - debug: {msg: "{{ motd }} {{ deep.motd[0] }}"}
`,
        0,
        "-vv",
      );
      const back = await kmend(["rollback", "last"], { cwd: folder });
      t.equal(back.code, 0, back.stdout + back.stderr);
      const controller = readFileSync("/etc/hostname", "utf8").trim();
      const said = ended.stdout + back.stdout + JSON.stringify(events());
      t.notMatch(said, evaluated);
      t.notOk(said.includes(`${evaluated}${controller}`));
      t.match(said, /none none [0-9.]+ -o UserKnownHostsFile/);
      t.equal(await on("cat /home/liar/undone"), jinja);
    });

    await t.test("odd names of files, and many of them, go and come back", async (t) => {
      const make = String.raw`mkdir -p /srv/odd/many; cd /srv/odd; touch "a
b" "it's" 'say "hi"' '$(touch x)' '\`id\`' -- '-rf' ' ' '*' 'back\slash' "\$(printf 'e\033[2Jsc')" ; for n in $(seq 50); do : > "many/n$n"; done`;
      await on(make);
      const names = await on("cd /srv/odd; find . | sort | sha256sum");
      await run(
        "- hosts: clean-1\n  gather_facts: false\n  tasks:\n    - file: {path: /srv/odd, state: directory, recurse: true, mode: u+x}\n    - copy: {src: /srv/odd/, dest: /srv/odd2, remote_src: true}\n    - file: {path: /srv/odd, state: absent}\n",
        0,
        "--diff",
      );
      t.equal(await on("cd /srv/odd2; find . | sort | sha256sum"), names);
      const back = await kmend(["rollback", "last"], { cwd: folder });
      t.equal(back.code, 0, back.stdout + back.stderr);
      t.notMatch(back.stdout, harmful);
      t.equal(
        await on("cd /srv/odd; find . | sort | sha256sum; ls -d /srv/odd2 2>&1"),
        `${names}ls: cannot access '/srv/odd2': No such file or directory\n`,
      );
    });

    for (const [lie, says, code] of [
      ["endless", /FAILED! .*Cannot take in what the script prints: it is more than 16 MiB/, 2],
      ["noise", /FAILED! .*Cannot take in what the script prints: it is more than 16 MiB/, 2],
      ["code", /UNREACHABLE! .*it answers with an exit code that no shell has/, 4],
      ["silent", /FAILED! .*it ran longer than the 1 s it was given/, 2],
      ["gone", /FAILED! .*"rc": 137/, 2],
    ] as const)
      await t.test(`a host whose script is ${lie} ends its own part of the run`, async (t) => {
        const ended = await run(
          `- hosts: liar:clean-1\n  gather_facts: false\n  tasks:\n    - command: echo LIE:${lie}\n      timeout: ${lie === "silent" ? 1 : 60}\n    - command: echo on\n`,
          code,
        );
        t.match(ended.stdout, says);
        t.match(ended.stdout, /^clean-1 +: ok=2 +changed=2 +unreachable=0 +failed=0/m);
        t.match(resultsOf("clean-1").at(-1), { result: { stdout: "on", rc: 0 } });
      });
    t.equal(await on("pgrep -u liar -f 'yes|urandom|sleep 1000'; :"), "", "nothing that lied is left there");
  });

  await t.test("no secret leaves the process but to the files that are meant to hold it", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "kmend-secrets-"));
    const dir = join(folder, "dest");
    t.teardown(() => {
      forgetSaved(join(folder, "state"));
      rmSync(folder, { recursive: true });
    });
    const secrets = plant(folder);
    const old = `user=app\npassword=${secrets["oldLine"]}\n# the end\n`;
    // ops logs in by a password, and becomes root by root's own.
    await on(
      `printf 'ops:%s\\nroot:%s\\n' ${secrets["login"]} ${secrets["become"]} | chpasswd
rm -f /home/ops/.ssh/authorized_keys; echo 'Defaults:ops rootpw' >> /etc/sudoers.d/lab
mkdir -p -m 700 ${dir}; printf '%s' '${old}' > ${dir}/line.conf; touch /tmp/before; sleep 1.1`,
    );
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, "line.conf"), old);

    const argv = [
      ...["-i", lab.inventory, "-i", "own.ini", "-e", "ansible_user=ops"],
      ...["--connection-password-file", "login", "--become-password-file", "become"],
      ...["--vault-id", "first@vault-password", "--vault-id", "second@vault-program"],
    ];
    const given = [
      "-e",
      `db_password=${secrets["extra"]}`,
      "-e",
      "@extra.yml",
      "-e",
      "@vault-extra.yml",
      "play.yml",
    ];
    const env = { APP_API_KEY: secrets["envLookup"] ?? "", KMEND_DEBUG: "" };
    const how = { cwd: folder, env };
    const said: Ended[] = [];
    const ask = async (more: readonly string[], wanted: number, debug = ""): Promise<Ended> => {
      const ended = await kmend(more, { ...how, env: { ...env, KMEND_DEBUG: debug } });
      t.equal(ended.code, wanted, `${more[0]}: ${ended.stdout}${ended.stderr}`);
      t.notMatch(ended.stdout + ended.stderr, debug === "" ? notForUsers : /no such text/);
      said.push(ended);
      return ended;
    };
    const sampled = sampleProcesses();
    await ask(["plan", ...argv, ...given, "--out", "plan.json", ...reports("plan")], 0);
    const run = await ask(["run", ...argv, ...given, "-vvvv", "--diff", ...reports("run")], 0, "1");
    t.match(run.stdout, /group \*{8} host \*{8} ini \*{8} prompt \*{8}/);
    t.match(run.stdout, /\+password=\*{8}/);
    for (const output of ["plain", "json", "ndjson", "pretty"])
      await ask(["show", "last", "-vvvv", "--diff", "--output", output], 0);
    const listed = await ask(["show", "last", "--changes"], 0);
    t.match(
      listed.stdout,
      /undone by a task .*; way back: rollback tasks \(by on_failure only: they hold a secret\)/,
    );
    await ask(["show", "last", "--verify"], 0);
    await ask(
      [
        "resume",
        "last",
        ...argv.filter((word) => word !== "-i").slice(2),
        "-e",
        `db_password=${secrets["extra"]}`,
        "-e",
        "@extra.yml",
        "-e",
        "@vault-extra.yml",
        "--in-flight",
        "skip",
      ],
      0,
    );
    t.ok(readdirSync(dir).includes("app.conf"));
    await ask(["rollback", "last", ...argv, "--check"], 0);
    const back = await ask(["rollback", "last", ...argv, "-vvvv", ...reports("back")], 2, "1");
    const samples = sampled.stop();

    // The names of all files that are new there, and whatever holds a secret but for the two that are meant to.
    const patterns = Object.values(secrets).map((secret) => `-e ${quoted(secret)}`);
    const grep = `grep -rosF ${patterns.join(" ")} /etc /home /root /tmp /var /srv /run /opt`;
    const found = await on(`find / -xdev -newer /tmp/before -path '/proc' -prune -o -print; ${grep}; :`);
    const meant = /^(\/var\/lib\/kmend\/|\/etc\/shadow|.*\/dest\/line\.conf:)/;
    const there = found.split("\n").filter((line) => !meant.test(line));
    t.ok(there.length > 10);

    await t.test("files are as they were, with what this run did not know", async (t) => {
      t.equal(readFileSync(join(dir, "line.conf"), "utf8"), old);
      t.equal(await on(`cat ${dir}/line.conf`), old);
      t.equal(await on(`ls -A ${dir}`), "line.conf\nundone\n");
      t.strictSame(readdirSync(dir), ["line.conf", "undone"]);
      t.match(back.stdout, /WARNING.*the handler ring is not run after the rollback: .*a secret/);
      t.match(back.stdout, /undone by a task.*held a secret, which no journal keeps: run it by hand/);
    });

    for (const [way, secret] of Object.entries(secrets))
      await t.test(way, async (t) => {
        const hits: string[] = [];
        const look = (where: string, text: string): void => {
          for (const form of forms(secret))
            if (text.includes(form)) hits.push(`${where}: ${around(text, form)}`);
        };
        for (const { stdout, stderr } of said) look("output", stdout + stderr);
        for (const file of filesBelow(join(folder, "state")))
          look(file, `${file} ${readFileSync(file, "utf8")}`);
        for (const file of ["plan.json", ...["plan", "run", "back"].flatMap(reportFiles)])
          look(file, readFileSync(join(folder, file), "utf8"));
        if (!inArguments.has(way)) for (const line of samples) look("an argument list", line);
        for (const line of there)
          if (forms(secret).some((form) => line.includes(form))) hits.push(`on the host: ${line}`);
        t.strictSame(hits, []);
      });
    await t.test("what the host keeps is its owner's alone", async (t) => {
      // What was saved keeps its own permissions, in a folder that nobody else enters.
      const runs = readdirSync(join(folder, "state", "runs"));
      const closed = runs.map((run) => `find /var/lib/kmend/${run} -maxdepth 1 -perm /077`).join(";");
      t.equal(await on(`stat -c %a /var/lib/kmend; ${closed}`), "700\n");
      t.equal(execFileSync("sh", ["-c", `{ ${closed}; } 2>/dev/null; :`], { encoding: "utf8" }), "");
    });
  });
});

t.test("no process is left", async (t) => t.strictSame(leftProcesses(), []));

/** A report of each format. */
function reportFiles(name: string): readonly string[] {
  return ["html", "md", "json", "xml", "csv"].map((ending) => `report-${name}.${ending}`);
}

function reports(name: string): readonly string[] {
  return reportFiles(name).flatMap((file) => ["--report", file]);
}

/** Control characters, and those that turn the direction of writing. */
const harmful = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** The most memory that a process ever had, in MiB. */
function watchMemory(pid: number): () => number {
  let most = 0;
  const timer = setInterval(() => {
    try {
      const [, kb = 0] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      most = Math.max(most, Math.round(Number(kb) / 1024));
    } catch {
      clearInterval(timer);
    }
  }, 20);
  return () => most;
}

function forms(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
    encodeURIComponent(secret),
  ];
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 120), at + secret.length + 40);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** Every command line that any process of this machine has; the lab's hosts are seen from here, too. */
function sampleProcesses(): { stop(): ReadonlySet<string> } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // it has ended
      }
    }
  }, 10);
  return {
    stop() {
      clearInterval(timer);
      return seen;
    },
  };
}
