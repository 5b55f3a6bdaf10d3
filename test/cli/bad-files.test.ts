/** What people write wrong: each case one message with its place, the right exit code, and no stack. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { kmend, leftProcesses, notForUsers } from "./kmend.ts";

t.setTimeout(280_000); // each case is a process of its own

interface Case {
  readonly argv: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** What nobody may read or write. */
  readonly locked?: string;
}

const ping = "- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n";
const onLocal = ["-c", "local", "-i", "a,"];
const run = ["run", ...onLocal, "play.yml"];

/** A play with these tasks: the first begins at line 4. */
const tasks = (text: string): string => ping.replace("    - ping:\n", text);

const cases: Readonly<Record<string, Case>> = {
  "a playbook that is malformed YAML": {
    argv: run,
    files: { "play.yml": "- hosts: all\n  tasks:\n    - ping: [\n" },
    code: 4,
    says: /play\.yml:4:1: Cannot read YAML: .+\n {2}A quote, bracket or brace opened above is not closed/,
  },
  "a playbook that is no text": {
    argv: run,
    files: { "play.yml": "\0\0" },
    code: 4,
    says: /play\.yml:1:1: Cannot read YAML: null byte/,
  },
  "a playbook that is encrypted": {
    argv: run,
    files: { "play.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n" },
    code: 4,
    says: /play\.yml:1:1: Cannot read an encrypted file: no vault password was given\n {2}Give it with --vault-password-file/,
  },
  "a module's name that is mistyped": {
    argv: run,
    files: { "play.yml": tasks("    - shel: uptime\n") },
    code: 4,
    says: /play\.yml:4:7: Cannot read task: "shel" is neither .+\n {2}Did you mean "shell"\?/,
  },
  "the same, only validated": {
    argv: ["validate", "play.yml"],
    files: { "play.yml": tasks("    - kopy: {content: a, dest: /b}\n") },
    code: 4,
    says: /Did you mean "copy"\?/,
  },
  "a file of variables that is encrypted": {
    argv: run,
    files: {
      "play.yml": ping.replace("  tasks", "  vars_files: [secret.yml]\n  tasks"),
      "secret.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
    },
    code: 4,
    says: /secret\.yml:1:1: Cannot read an encrypted file/,
  },
  "a file to copy that is encrypted": {
    argv: run,
    files: {
      "play.yml": tasks("    - copy: {src: secret, dest: ./out}\n"),
      secret: "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
    },
    code: 2,
    says: /secret:1:1: Cannot read an encrypted file/,
  },
  "a playbook that nobody may read": {
    argv: run,
    files: { "play.yml": ping },
    locked: "play.yml",
    code: 1,
    says: /Cannot read .*play\.yml: its rights do not allow it/,
  },
  "a playbook that is a folder": {
    argv: ["run", ...onLocal, "."],
    code: 1,
    says: /Cannot read \S+: it is a folder/,
  },
  "a playbook that is not there": {
    argv: ["run", ...onLocal, "nosuch.yml"],
    code: 1,
    says: /Cannot read \S+nosuch\.yml: there is no such file/,
  },
  "an inventory in malformed YAML": {
    argv: ["run", "-c", "local", "-i", "hosts.yml", "play.yml"],
    files: { "hosts.yml": "all:\n  hosts:\n   a: {x: [}\n" },
    code: 4,
    says: /hosts\.yml:3:12: Cannot read YAML/,
  },
  "an inventory with a key that a group cannot have": {
    argv: ["run", "-c", "local", "-i", "hosts.yml", "play.yml"],
    files: { "hosts.yml": "all:\n  host:\n    a:\n" },
    code: 0,
    says: /^\S+hosts\.yml:2:3: warning: Passing over "host" of group "all": .*\n {2}Did you mean "hosts"\?\n\nPLAY/,
  },
  "an inventory in malformed INI": {
    argv: ["run", "-c", "local", "-i", "hosts", "play.yml"],
    files: { hosts: "a\n[web\nb\n" },
    code: 4,
    says: /hosts:2:1: Cannot read the section header "\[web": wanted \[group\]/,
  },
  "an inventory that nobody may read": {
    argv: ["run", "-c", "local", "-i", "hosts.yml", "play.yml"],
    files: { "hosts.yml": "all: {}\n" },
    locked: "hosts.yml",
    code: 4,
    says: /Cannot read inventory \S+hosts\.yml: its rights do not allow it/,
  },
  "an inventory that is not there": {
    argv: ["run", "-c", "local", "-i", "nosuch", "play.yml"],
    code: 4,
    says: /Cannot read inventory \S+nosuch: there is no such file/,
  },
  "no inventory at all": {
    argv: ["run", "play.yml"],
    code: 5,
    says: /no inventory was given\n {2}Name a file, a folder or hosts with -i/,
  },
  "a vars file that is malformed YAML": {
    argv: run,
    files: { "play.yml": `${ping}  vars_files: [more.yml]\n`, "more.yml": "x: [1\n" },
    code: 4,
    says: /more\.yml:2:1: Cannot read YAML/,
  },
  "a vars file that is not there": {
    argv: run,
    files: { "play.yml": `${ping}  vars_files: [more.yml]\n` },
    code: 1,
    says: /play\.yml:5:16: vars file more\.yml was not found\n {2}Searched in \S+vars\/more\.yml, \S+more\.yml/,
  },
  "group variables that are malformed YAML": {
    argv: ["run", "-c", "local", "-i", "hosts", "play.yml"],
    files: { hosts: "a\n", "group_vars/all.yml": "x: {\n" },
    code: 4,
    says: /group_vars\/all\.yml:2:1: Cannot read YAML/,
  },
  "group variables that nobody may read": {
    argv: ["run", "-c", "local", "-i", "hosts", "play.yml"],
    files: { hosts: "a\n", "group_vars/all.yml": "" },
    locked: "group_vars/all.yml",
    code: 1,
    says: /Cannot use \S+group_vars\/all\.yml: its rights do not allow it/,
  },
  "settings that nobody may read": {
    argv: run,
    files: { "ansible.cfg": "" },
    locked: "ansible.cfg",
    code: 1,
    says: /Cannot use ansible\.cfg: its rights do not allow it/,
  },
  "every mistake of a playbook at once": {
    argv: run,
    files: {
      "play.yml":
        "- hosts: all\n  gather_fact: no\n  tasks:\n    - pingg:\n    - copy: {srcc: a, dest: b}\n    - ping:\n      whn: x\n",
    },
    code: 4,
    says: /play\.yml:2:3: .*"gather_fact".*\n.*"gather_facts"\?\n.*play\.yml:4:7: .*"pingg".*\n.*"ping"\?\n.*play\.yml:5:14: .*"srcc".*\n.*"src"\?\n.*play\.yml:7:7: .*"whn"/,
  },
  "an undefined variable, in the output and in what is registered": {
    argv: run,
    files: {
      "play.yml": tasks(
        "    - debug:\n        msg: hello {{ nobody }}\n      register: r\n      ignore_errors: true\n    - fail: {msg: 'IT WAS {{ r.msg }}'}\n",
      ),
    },
    code: 2,
    says: /FAILED! => \{"msg": "\S+play\.yml:5:9: 'nobody' is undefined"\}\n\.\.\.ignoring[\s\S]*IT WAS \S+play\.yml:5:9: 'nobody' is undefined/,
  },
  "a file to copy that is not there": {
    argv: run,
    files: { "play.yml": tasks("    - copy: {src: nosuch, dest: /tmp/kmend-never}\n") },
    code: 2,
    says: /Could not find or access 'nosuch'\. Searched in:\\n\\t\S+files\/nosuch\\n\\t/,
  },
  "a file to copy that nobody may read": {
    argv: run,
    files: { "play.yml": tasks("    - copy: {src: mine, dest: /tmp/kmend-never}\n"), mine: "" },
    locked: "mine",
    code: 2,
    says: /FAILED! .*Cannot use \S+mine: its rights do not allow it/,
  },
  "a template that is not there": {
    argv: run,
    files: { "play.yml": tasks("    - template: {src: nosuch.j2, dest: /tmp/kmend-never}\n") },
    code: 2,
    says: /Could not find or access 'nosuch\.j2'/,
  },
  "a mistake in a template": {
    argv: run,
    files: {
      "play.yml": tasks("    - template: {src: a.j2, dest: /tmp/kmend-never}\n"),
      "a.j2": "one\ntwo {{ nobody }}\n",
    },
    code: 2,
    says: /a\.j2:2:\d+: 'nobody' is undefined/,
  },
  "tasks to include that are not there": {
    argv: run,
    files: { "play.yml": tasks("    - include_tasks: nosuch.yml\n") },
    code: 2,
    says: /play\.yml:4:7: Could not find or access 'nosuch\.yml'/,
  },
  "tasks to import that are not there": {
    argv: run,
    files: { "play.yml": tasks("    - import_tasks: nosuch.yml\n") },
    code: 1,
    says: /play\.yml:4:21: Cannot read \S+nosuch\.yml: there is no such file/,
  },
  "a role that is not there": {
    argv: run,
    files: { "play.yml": "- hosts: all\n  roles: [nosuch]\n" },
    code: 1,
    says: /play\.yml:2:11: Cannot find role "nosuch"\n {2}Looked in:/,
  },
  "a private key that is not there": {
    argv: [...run, "--private-key", "nosuch"],
    code: 1,
    says: /Cannot read --private-key nosuch: there is no such file\n {2}Name a private key/,
  },
  "a private key that is a folder": {
    argv: [...run, "--private-key", "."],
    code: 1,
    says: /Cannot read --private-key \.: it is a folder\n/,
  },
  "a password file that is not there": {
    argv: [...run, "--become-password-file", "nosuch"],
    code: 1,
    says: /Cannot read the password file nosuch: there is no such file\n/,
  },
  "a password to ask for without a terminal": {
    argv: [...run, "-k"],
    code: 5,
    says: /Cannot ask for "SSH password": standard input is not a terminal\n {2}Give it in a file/,
  },
  "a pattern that matches nothing": {
    argv: run,
    files: { "play.yml": ping.replace("all", "nosuch") },
    code: 0,
    says: /WARNING\]: \S+play\.yml:1:10: Could not match supplied host pattern, ignoring: nosuch[\s\S]*no hosts matched/,
  },
  "hosts that are empty": {
    argv: run,
    files: { "play.yml": ping.replace("all", "[]") },
    code: 4,
    says: /play\.yml:1:10: Cannot read play: its hosts are empty/,
  },
  "a limit that leaves no host": {
    argv: [...run, "--limit", "nosuch"],
    code: 1,
    says: /^Specified inventory.* leaves us with no hosts to target: nosuch\n +Could not match .*: nosuch\n +Look at the hosts there are/,
  },
  "a limit of which a part is mistyped": {
    argv: ["run", "-c", "local", "-i", "app-1,", "--limit", "app-1,ap-1", "play.yml"],
    code: 0,
    says: /^\[WARNING\]: Could not match supplied host pattern, ignoring: ap-1\. Did you mean "app-1"\?\n[^W]*ok: \[app-1\]/m,
  },
  "a host to plan for that is not there": {
    argv: ["plan", ...onLocal, "play.yml", "--limit", "nosuch"],
    code: 1,
    says: /^Specified inventory.* leaves us with no hosts to target: nosuch\n/,
  },
  "a host to explain that is not there": {
    argv: ["scan", ...onLocal, "--explain", "nosuch"],
    code: 1,
    says: /^Specified inventory, hosts pattern and\/or --explain leaves us with no hosts to target: nosuch\n/,
  },
  "a file of hosts that is not there": {
    argv: [...run, "--limit", "@nosuch"],
    code: 1,
    says: /Cannot read the limit file "nosuch": there is no such file/,
  },
  "forks that are no number": {
    argv: [...run, "-f", "many"],
    code: 5,
    says: /'many' is invalid\. It is not a whole/,
  },
  "a timeout of nothing": {
    argv: [...run, "-T", "0"],
    code: 5,
    says: /'0' is invalid\. It is not a whole number/,
  },
  "an output that nobody has": {
    argv: [...run, "--output", "fancy"],
    code: 5,
    says: /'fancy' is invalid\. Allowed choices are pretty, plain, json, ndjson/,
  },
  "an output that a list of runs does not have": {
    argv: ["runs", "--output", "xml"],
    code: 5,
    says: /'xml' is invalid\. Allowed choices are plain, json/,
  },
  "an option that nobody has": { argv: [...run, "--nosuch"], code: 5, says: /unknown option '--nosuch'/ },
  "an option that kmend refuses": {
    argv: [...run, "--module-path", "modules"],
    code: 5,
    says: /Cannot take --module-path: modules in Python cannot run/,
  },
  "a command that nobody has": { argv: ["mend"], code: 5, says: /unknown command 'mend'/ },
  "a command without its argument": { argv: ["run"], code: 5, says: /missing required argument 'playbook'/ },
  "a connection that nobody has": {
    argv: ["run", "-i", "a,", "-c", "telnet", "play.yml"],
    code: 2,
    says: /Cannot reach a by \\"telnet\\": the connections are ssh, openssh and local/,
  },
  "variables that are no pairs": {
    argv: [...run, "-e", "a b"],
    code: 5,
    says: /it is not key=value\n {2}Write k=v/,
  },
  "a password with a space, without quotes": {
    argv: [...run, "-e", "db_password=my secret"],
    code: 5,
    says: /: what stands behind "db_password=\.\.\." is not key=value\n {2}Write k=v/,
  },
  "variables in malformed YAML": {
    argv: [...run, "-e", "{a: "],
    code: 4,
    says: /--extra-vars:1:\d: Cannot read YAML/,
  },
  "variables that are a list": { argv: [...run, "-e", "[1]"], code: 5, says: /holds no dictionary/ },
  "a file of variables that is not there": {
    argv: [...run, "-e", "@nosuch"],
    code: 1,
    says: /Cannot read the file of --extra-vars nosuch: there is no such file\n/,
  },
  "tags that no task has": {
    argv: [...run, "--tags", "al,two", "--skip-tags", "never,thre"],
    files: { "play.yml": tasks("    - ping:\n      tags: [one, two, three]\n") },
    code: 0,
    says: /^warning: No task has the tag "al" of --tags\n {2}The tags there are: \w+, \w+, \w+\nwarning: No task has the tag "thre" of --skip-tags\n {2}The tags there are: three, one, two\n\nPLAY/,
  },
  "metrics in a folder that is not there": {
    argv: [...run, "--metrics-file", "no/such.prom"],
    code: 5,
    says: /Cannot write the metrics no\/such\.prom: there is no folder \S+\/no\n/,
  },
  "a task to start at that never comes": {
    argv: [...run, "--start-at-task", "pin"],
    code: 0,
    says: /No matching task "pin" found: nothing was run\. Did you mean "ping"\?/,
  },
  "a run to show that never was": {
    argv: ["show", "nosuch"],
    code: 1,
    says: /Cannot find the run "nosuch" below \S+\n {2}List the runs with\n {6}kmend runs/,
  },
  "a run to take back that never was": {
    argv: ["rollback", "nosuch"],
    code: 1,
    says: /Cannot find the run "nosuch"/,
  },
  "a module to explain that nobody has": {
    argv: ["doc", "nosuch"],
    code: 1,
    says: /there is no such module/,
  },
  "a host that the inventory does not have": {
    argv: ["inventory", "-i", "a,", "--host", "b"],
    code: 1,
    says: /Cannot show the host "b"/,
  },
  "a setting that kmend does not know": {
    argv: run,
    files: { "ansible.cfg": "[defaults]\nforks = 5\nfact_caching = jsonfile\n" },
    code: 0,
    says: /^\[WARNING\]: \S*ansible\.cfg:3: fact_caching: kmend does not know this setting$/m,
  },
  "a variable of the environment that kmend does not know": {
    argv: run,
    env: { ANSIBLE_NOSUCH: "1" },
    code: 0,
    says: /^\[WARNING\]: ANSIBLE_NOSUCH: kmend does not know this setting$/m,
  },
  "a setting with a value that it cannot have": {
    argv: run,
    files: { "ansible.cfg": "[defaults]\nforks = many\n" },
    code: 5,
    says: /ansible\.cfg: forks: Cannot read "many": it is no number/,
  },
  "a state folder in which nothing can be made": {
    argv: [...run, "--state", "/proc/nosuch"],
    code: 1,
    says: /Cannot make the run's folder \/proc\/nosuch\S+: .+\n {2}Choose a folder that you may write with --state/,
  },
  "a state folder that is a file": {
    argv: [...run, "--state", "play.yml"],
    code: 1,
    says: /Cannot make the run's folder \S+: a part of the path is no folder/,
  },
  "a state folder that nobody may write": {
    argv: [...run, "--state", "locked"],
    files: { "locked/x": "" },
    locked: "locked",
    code: 1,
    says: /Cannot make the run's folder \S+: its rights do not allow it/,
  },
};

t.test("what is written wrong is told at its place, once, with what to do", async (t) => {
  const root = t.testdir({});
  const todo = Object.entries(cases);
  const work = async (): Promise<void> => {
    for (let next = todo.shift(); next; next = todo.shift()) await check(next[0], next[1]);
  };
  await Promise.all([work(), work(), work()]);

  async function check(name: string, given: Case): Promise<void> {
    const files = Object.entries({ "play.yml": ping, ...given.files });
    const cwd = folderOf(name, files);
    if (given.locked) chmodSync(join(cwd, given.locked), 0o000);
    const ended = await kmend(given.argv, {
      cwd,
      env: given.env ?? {},
      isLowly: given.locked !== undefined,
    });
    if (given.locked) chmodSync(join(cwd, given.locked), 0o700);
    const said = ended.stderr + ended.stdout;
    t.equal(ended.code, given.code, `exit code of ${name}: ${said}`);
    t.match(said, given.says, name);
    t.notMatch(said, notForUsers, `no stack for ${name}`);
  }

  function folderOf(name: string, files: readonly (readonly [string, string])[]): string {
    const cwd = join(root, name.replaceAll(/[^a-z]+/gi, "-"));
    for (const [path, text] of files) write(join(cwd, path), text);
    return cwd;
  }
});

t.test("no process is left", async (t) => t.strictSame(leftProcesses(), []));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
