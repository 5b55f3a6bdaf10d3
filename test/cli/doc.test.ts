/** Everything that a playbook may name can be explained. */

import t from "tap";
import { docEntries, docTypes } from "../../src/cli/doc-entries.ts";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { keywords } from "../../src/playbook/playbook.ts";
import { filters, lookups, tests } from "../../src/template/template.ts";
import { kmend } from "./kmend.ts";

const here = { cwd: "/" };

t.test("every module, keyword, filter, test and lookup has an entry, with a sentence", async (t) => {
  const entries = docEntries();
  const there = { module: moduleNames(), keyword: keywords, filter: filters, test: tests, lookup: lookups };
  for (const type of docTypes) {
    const names = Array.isArray(there[type]) ? there[type] : Object.keys(there[type]);
    t.strictSame(
      entries.filter((each) => each.type === type).map(({ name }) => name),
      names,
      type,
    );
  }
  for (const { type, name, summary } of entries) t.match(summary, /\S/, `${type} ${name}`);
});

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
  t.match(await kmend(["doc", "copy", "-t", "filter"], here), { code: 1, stderr: /no such filter/ });
});
