import { join } from "node:path";
import t from "tap";
import { kmend } from "./kmend.ts";

t.test(
  "roles are looked for along roles_path, beside the file that names it or by the environment",
  async (t) => {
    const cwd = t.testdir({
      "ansible.cfg": "[defaults]\nroles_path = nowhere:cfg/shared:~/own\n",
      cfg: { shared: role("imported") },
      home: { own: role("included") },
      elsewhere: { ...role("imported"), ...role("included") },
      below: { "ansible.cfg": "" },
      plays: {
        "site.yml": `- hosts: all
  gather_facts: false
  roles: [imported]
  tasks:
    - include_role: {name: included}
`,
      },
    });
    const run = (folder: string, env: Readonly<Record<string, string>>) =>
      kmend(["run", "-i", "h,", "-c", "local", join(cwd, "plays/site.yml")], { cwd: join(cwd, folder), env });
    const configured = await run(".", { HOME: join(cwd, "home") });
    t.equal(configured.code, 0, configured.stdout + configured.stderr);
    t.match(configured.stdout, /by imported(.|\n)*by included/);
    const named = await run("below", { ANSIBLE_ROLES_PATH: "../nowhere:../elsewhere" });
    t.equal(named.code, 0, named.stdout + named.stderr);
    const missing = await run("below", {});
    t.equal(missing.code, 1);
    t.match(missing.stderr, 'Cannot find role "imported"');
  },
);

function role(name: string) {
  return { [name]: { tasks: { "main.yml": `- debug: {msg: by ${name}}\n` } } };
}
