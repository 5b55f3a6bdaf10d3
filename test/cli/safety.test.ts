/** Nothing gets out: secrets that come in by every way, and every way out, on this machine and over a real sshd. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { type Ended, forgetSaved, kmend, leftProcesses, notForUsers } from "./kmend.ts";
import { inArguments, plant } from "./planted-secrets.ts";

t.setTimeout(290_000);

const missing = whatIsMissing();

t.test("with a real host", { skip: missing === null ? false : `no lab here: ${missing}` }, async (t) => {
  const lab = await raiseLab(t, {
    name: "safety",
    nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 1, both_nodes: 0 },
  });
  const on = (script: string) => execOnNode(lab, "clean-1", script).then(({ stdout }) => stdout);

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
    ];
    const given = ["-e", `db_password=${secrets["extra"]}`, "-e", "@extra.yml", "play.yml"];
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
    await ask(["plan", ...argv, ...given, "--out", "plan.ndjson"], 2);
    const run = await ask(["run", ...argv, ...given, "-vvvv", "--diff"], 0, "1");
    t.match(run.stdout, /group \*{8} host \*{8} ini \*{8} prompt \*{8}/);
    t.match(run.stdout, /\+password=\*{8}/);
    for (const output of ["plain", "json", "ndjson", "pretty"])
      await ask(["show", "last", "-vvvv", "--diff", "--output", output], 0);
    await ask(["show", "last", "--changes"], 0);
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
        "--in-flight",
        "skip",
      ],
      0,
    );
    t.ok(readdirSync(dir).includes("app.conf"));
    await ask(["rollback", "last", ...argv, "--check"], 0);
    const back = await ask(["rollback", "last", ...argv, "-vvvv"], 2, "1");
    const samples = sampled.stop();

    await t.test("files are as they were, with what this run did not know", async (t) => {
      t.equal(readFileSync(join(dir, "line.conf"), "utf8"), old);
      t.equal(await on(`cat ${dir}/line.conf`), old);
      t.equal(await on(`ls -A ${dir}`), "line.conf\nundone\n");
      t.strictSame(readdirSync(dir), ["line.conf", "undone"]);
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
        look("plan.ndjson", readFileSync(join(folder, "plan.ndjson"), "utf8"));
        if (!inArguments.has(way)) for (const line of samples) look("an argument list", line);
        // The shell's own words are not quoted: the first line of it is enough to be found.
        const there = await on(
          `grep -rlsF -- ${quoted(forms(secret)[0] ?? "")} /etc /home /root /tmp /var /srv /run /opt 2>/dev/null | grep -v -e '^/var/lib/kmend/' -e '/dest/line.conf' ; find / -xdev -newer /tmp/before -name '*${secret.slice(0, 12).replaceAll(/['" ]/g, "?")}*' 2>/dev/null`,
        );
        for (const file of there.split("\n"))
          if (file !== "" && !file.startsWith("/etc/shadow")) hits.push(`on the host: ${file}`);
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
