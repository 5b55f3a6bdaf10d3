/** What makes an inventory, or the variables of `-e`, others than a plan was made with; and what of them no sum shows. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { extraVarsSum, inventorySum } from "../../src/cli/plan-sums.ts";
import { loadInventory } from "../../src/inventory/inventory.ts";
import { fromJson } from "../../src/template/values.ts";

const hosts = `
all:
  vars: {list: [1, 2], deep: {api_token: one, other: two}}
  children:
    web:
      hosts:
        a: {shade: 1, db_password: x1}
        b:
    db:
      hosts: {b: }
`;

async function sumOf(t: Test, change: (text: string) => string, besides: readonly [string, string][] = []) {
  const folder = t.testdir({ first: { group_vars: {} }, second: { group_vars: {} } });
  writeFileSync(join(folder, "hosts.yml"), change(hosts));
  for (const [name, text] of besides) writeFileSync(join(folder, name), text);
  const inventory = await loadInventory([join(folder, "hosts.yml")]);
  return inventorySum(inventory, [join(folder, "first"), join(folder, "second")]);
}

t.test("an inventory is another where a host, a group, or a variable that may be told is", async (t) => {
  const same = await sumOf(t, (text) => text);
  const rows: readonly (readonly [what: string, isOther: boolean, from: string, to: string])[] = [
    ["nothing", false, "", ""],
    ["a variable", true, "shade: 1", "shade: 2"],
    ["an element of a list", true, "[1, 2]", "[1, 3]"],
    ["a deep variable", true, "other: two", "other: three"],
    ["a host", true, "        b:\n", "        c:\n"],
    ["a group alone", true, "    db:\n", "    dc:\n"],
    ["what is a secret by its name", false, "x1", "x2"],
    ["a deep one", false, "api_token: one", "api_token: three"],
  ];
  for (const [what, isOther, from, to] of rows)
    t.equal((await sumOf(t, (text) => text.replace(from, to))) !== same, isOther, what);
});

t.test("what stands beside each playbook counts, and what is encrypted there is not opened", async (t) => {
  const beside = (name: string, text: string) =>
    sumOf(t, (all) => all, [[`${name}/group_vars/all.yml`, text]]);
  const none = await sumOf(t, (text) => text);
  t.not(await beside("first", "x: 1\n"), none);
  t.not(await beside("second", "x: 1\n"), none);
  const sealed = (digits: string): string => `x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ${digits}\n`;
  t.equal(await beside("first", sealed("61")), await beside("first", sealed("62")));
});

t.test("variables of -e in any order are the same, with another value or salt they are others", async (t) => {
  const sum = (vars: Readonly<Record<string, string>>, salt = "s") =>
    extraVarsSum(fromJson(vars) as Parameters<typeof extraVarsSum>[0], salt);
  t.strictSame(sum({ a: "1", b: "2" }), sum({ b: "2", a: "1" }));
  t.strictSame(sum({ b: "2", a: "1" }).names, ["a", "b"]);
  t.not(sum({ a: "1" }).sum, sum({ a: "2" }).sum);
  t.not(sum({ a: "1" }).sum, sum({ a: "1" }, "another").sum);
  t.strictSame(sum({}), { names: [], sum: "" });
});
