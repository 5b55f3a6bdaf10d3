/** The JSON Schema of inventories takes what loads without a word, and refuses what the loader refuses or warns of. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import t from "tap";
import { inventorySchema, loadInventory } from "../../src/inventory/inventory.ts";
import { inventoryText } from "../../src/lab/inventory-file.ts";
import { KmendError } from "../../src/problem/problem.ts";
import { readYaml, toJson, toValue } from "../../src/template/template.ts";

const root = join(import.meta.dirname, "../..");
const ajv = new Ajv({ strict: false, allErrors: true });
const validate = ajv.compile(inventorySchema());

function against(text: string): string[] {
  const { root: node } = readYaml(text, "given.yml", { open: () => Buffer.from("opened"), hide: () => {} });
  validate(node ? toJson(toValue(node)) : null);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

t.test("its keywords are as draft-07 has them", async (t) =>
  t.equal(ajv.validateSchema(inventorySchema()), true),
);

t.test("every inventory that is here is valid, and so is what the rehearsal fleet writes", async (t) => {
  const files = globSync(["inventory/*.yml", "examples/**/inventory/*.yml", "demo/**/hosts.yml"], {
    cwd: root,
  });
  t.ok(files.length >= 2, files.join());
  for (const file of files) t.strictSame(against(readFileSync(join(root, file), "utf8")), [], file);
  const node = { name: "app-1", group: "app_nodes", address: "10.77.0.2", port: 22 };
  const lab = inventoryText({ name: "x", keys: "/l" } as never, [node as never]);
  t.match(lab, /app-1:/);
  t.strictSame(against(lab), []);
});

const host = (name: string): string => `all: {hosts: {${JSON.stringify(name)}: }}`;
const variable = (text: string): string => `all: {vars: {${text}}}`;

const right: readonly string[] = [
  ...["web1", "10.0.0.1", "web[01:20]", "db-[a:f].x", "n[0:10:2]", "[::1]:22", "fe80::1", "web:2222"].map(
    host,
  ),
  ...["r[:5]", "a[1:2]b[x:z]:22", "1", "weird[name]"].map(host),
  "all:",
  "web: {hosts: one}",
  "all: {children: {web: , db: {children: lone}}}",
  "all: {hosts: {a: {ansible_port: 22, anything: [1, {b: c}]}}, vars: {ansible_group_priority: 10}}",
  variable('ansible_port: "{{ port }}", ansible_become: "YES", ansible_ssh_timeout: "2.5"'),
  variable("ansible_connection: openssh, ansible_become_method: doas, ansible_host_key_checking: no"),
  variable("ansible_connection: null, ansible_python_interpreter: /usr/bin/python3, ansible_sudo_pass: 1234"),
  "web: {vars: {ansible_password: !vault x, ansible_port: !unsafe '22'}}",
  "plugin: kmend.kubernetes\naddress: ExternalIP\nhosts: {node-1: x, node-2: {ansible_host: y}}\nvars: {ansible_user: ops}",
];

/** What the schema says first, and how the loader takes it: refused, or a warning. */
const wrong: readonly (readonly [text: string, way: string, loader: "error" | "warning"])[] = [
  ["[a, b]", "", "error"],
  ["web: [a, b]", "/web", "error"],
  ["web: {hosts: [a, b]}", "/web/hosts", "error"],
  ["web: {children: [a]}", "/web/children", "error"],
  ["web: {vars: text}", "/web/vars", "error"],
  ["web: {host: {a: }}", "/web", "warning"],
  ["all: {children: {web: {hosts: {a: text}}}}", "/all/children/web/hosts/a", "error"],
  [host("a:b"), "/all/hosts", "error"],
  [host("a[1:]"), "/all/hosts", "error"],
  [host("a[1:x]"), "/all/hosts", "error"],
  [host("a[1:5:0]"), "/all/hosts", "error"],
  ["plugin: amazon.aws.aws_ec2\nregions: [x]", "", "error"],
  ["plugin: kmend.kubernetes\ncontxt: prod", "", "error"],
  ["plugin: kmend.kubernetes\naddress: Nowhere", "/address", "error"],
];

/** Only a run could tell. */
const wrongLater: readonly (readonly [text: string, way: string])[] = [
  [variable("ansible_connection: telnet"), "/all/vars/ansible_connection"],
  [variable("ansible_become_method: runas"), "/all/vars/ansible_become_method"],
  [variable("ansible_port: ssh"), "/all/vars/ansible_port"],
  [variable("ansible_become: perhaps"), "/all/vars/ansible_become"],
];

t.test("what may be written is so, and the loader has nothing against it either", async (t) => {
  const path = join(t.testdir({}), "hosts.yml");
  for (const text of right) {
    t.strictSame(against(text), [], text);
    if (text.startsWith("plugin") || text.includes("!vault")) continue; // it asks a cluster, or a password
    writeFileSync(path, text);
    const { warnings } = await loadInventory([path]);
    t.strictSame(
      warnings.map(({ message }) => message),
      [],
      text,
    );
  }
});

t.test("what the loader refuses or warns of is underlined", async (t) => {
  const path = join(t.testdir({}), "hosts.yml");
  for (const [text, way, loader] of wrong) {
    const [first = "nothing"] = against(text);
    t.equal(first.split(" ")[0], way, `${text}: ${first}`);
    writeFileSync(path, text);
    const taken = await loadInventory([path]).then(
      ({ warnings }) => (warnings.length > 0 ? "warning" : "nothing"),
      (error: unknown) => (error instanceof KmendError ? "error" : String(error)),
    );
    t.equal(taken, loader, text);
  }
  for (const [text, way] of wrongLater) t.equal(against(text)[0]?.split(" ")[0], way, text);
});
