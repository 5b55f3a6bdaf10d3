/** Everything that a playbook may name can be explained. */

import t from "tap";
import { docEntries, docTypes } from "../../src/cli/doc-entries.ts";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { shipped, shippedNames } from "../../src/package/package.ts";
import { keywords } from "../../src/playbook/playbook.ts";
import { filters, lookups, tests } from "../../src/template/template.ts";
import { kmend } from "./kmend.ts";

const here = { cwd: "/" };

t.test(
  "every module, keyword, filter, test, lookup, playbook and role has an entry, with a sentence",
  async (t) => {
    const entries = docEntries();
    const { playbooks, roles } = shippedNames();
    const there = {
      module: moduleNames(),
      keyword: keywords,
      filter: filters,
      test: tests,
      lookup: lookups,
      playbook: [...playbooks.keys()],
      role: [...roles.keys()],
    };
    for (const type of docTypes) {
      const names = Array.isArray(there[type]) ? there[type] : Object.keys(there[type]);
      t.strictSame(
        entries.filter((each) => each.type === type).map(({ name }) => name),
        names,
        type,
      );
    }
    for (const { type, name, summary } of entries) t.match(summary, /\S/, `${type} ${name}`);
  },
);

t.test("what has a name is explained, whatever it is", async (t) => {
  const { stdout } = await kmend(["doc", "file"], here);
  t.match(
    stdout,
    /^file: Set what a path is.*\nfile \(test\): .*\nfile \(lookup\): /s,
    "a module, a test and a lookup",
  );
  t.match(await kmend(["doc", "on_failure"], here), {
    code: 0,
    stdout: /Stands on: play\nOne of: stop, .*kmend's own/s,
  });
  const lookup = JSON.parse((await kmend(["doc", "dict", "--type", "lookup", "--json"], here)).stdout);
  t.match(lookup, [{ type: "lookup", name: "dict", summary: /key, value/ }]);
  const [module] = JSON.parse((await kmend(["doc", "ansible.builtin.copy", "--json"], here)).stdout);
  t.same(Object.keys(module.options), Object.keys(findModule("copy")?.options ?? {}));
});

t.test("a list has everything; a name that nothing has is answered with the nearest", async (t) => {
  const { stdout } = await kmend(["doc", "--list"], here);
  for (const { name } of docEntries()) t.ok(stdout.includes(`\n${name} `), name);
  t.match(await kmend(["doc", "becom"], here), { code: 1, stderr: /Did you mean "become"\?/ });
  t.match(await kmend(["doc", "rollout"], here), {
    code: 1,
    stderr: /Did you mean "kmend\.playbooks\.rollout"\?/,
  });
  t.match(await kmend(["doc", "copy", "-t", "filter"], here), { code: 1, stderr: /no such filter/ });
});

t.test("a shipped playbook is explained by its own comment, its plays and where it lies", async (t) => {
  const { code, stdout } = await kmend(["doc", "kmend.playbooks.upgrade-kernel"], here);
  t.equal(code, 0);
  t.match(
    stdout,
    /^kmend\.playbooks\.upgrade-kernel \(playbook\): Installs another kernel .* to boot\.\n\nOne of EL7 is no cure/,
  );
  t.match(
    stdout,
    /\n {4}kmend run .*-e kmem_kernel_package=\S+ -e kmem_reboot=true\n/,
    "its commands keep their indent",
  );
  t.match(
    stdout,
    /\nPlays:\n {2}Install another kernel +on all\n {2}Say who awaits a reboot +on kmem_awaiting_reboot\n/,
  );
  t.match(stdout, `\nIt lies in ${shipped("playbooks/upgrade-kernel.yml")}\n`);
  const [rollout] = JSON.parse((await kmend(["doc", "kmend.playbooks.rollout", "--json"], here)).stdout);
  t.match(rollout.plays[0], { name: "Canary", on: "imports kmend.playbooks.rollout-pool" });
});

t.test("a shipped role is explained by its files of tasks and its settings", async (t) => {
  const { code, stdout } = await kmend(["doc", "kmend.roles.cgroup_v2"], here);
  t.equal(code, 0);
  t.match(stdout, /^kmend\.roles\.cgroup_v2 \(role\): Says of a node/);
  t.match(stdout, /\n {2}assess +Reads what cgroup v2 asks of a node, and says what is met\.\n/);
  t.match(stdout, /\n {2}cgroup_v2_switch: false\n/);
});
