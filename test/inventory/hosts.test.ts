import { join } from "node:path";
import t from "tap";
import {
  groupNames,
  groupsDict,
  hostVars,
  inventoryGraph,
  inventoryYaml,
  loadInventory,
  matchHosts,
} from "../../src/inventory/inventory.ts";
import type { KmendError } from "../../src/problem/problem.ts";
import { toJson } from "../../src/template/template.ts";

const source =
  "zed\n[web]\nb1\na1\n[db]\na1\nc1\n[app:children]\ndb\nweb\n[top:children]\napp\n[extra]\nc1\nb1\n";

/** Patterns, and the hosts that `ansible PATTERN --list-hosts` was seen to choose for them. */
const patterns: Readonly<Record<string, string>> = {
  all: "zed c1 b1 a1",
  "*": "zed c1 b1 a1",
  "": "zed c1 b1 a1",
  "web:db": "b1 a1 c1",
  "db:web": "a1 c1 b1",
  "db,web": "a1 c1 b1",
  "web db": "b1 a1 c1",
  app: "a1 c1 b1",
  "all:!web": "zed c1",
  "web:&db": "a1",
  "!web": "zed c1",
  "&web": "b1 a1",
  "*1": "b1 a1 c1",
  "w*": "b1 a1",
  "~(b|c)1": "b1 c1",
  "~^(web|db)$": "b1 a1 c1",
  "all[0]": "zed",
  "all[-1]": "a1",
  "all[0:2]": "zed c1 b1",
  "all[1:]": "c1 b1 a1",
  "all[9]": "",
  "top[1:3]": "c1 b1",
  "web[0]:db[0]": "b1 a1",
  "c1,a1,b1": "c1 a1 b1",
  "b1:web": "b1 a1",
  ungrouped: "zed",
  localhost: "localhost",
  "127.0.0.1": "127.0.0.1",
  "nosuch:a1": "a1",
};

t.test("a pattern chooses the hosts that Ansible's does, in its order", async (t) => {
  const inventory = await loadInventory([join(t.testdir({ hosts: source }), "hosts")]);
  for (const [pattern, hosts] of Object.entries(patterns))
    t.equal(matchHosts(inventory, pattern).hosts.join(" "), hosts, pattern);
});

t.test("a pattern that names nothing says so", async (t) => {
  const inventory = await loadInventory([join(t.testdir({ hosts: source }), "hosts")]);
  const { hosts, warnings } = matchHosts(inventory, ["nosuch", "web:&alsonot"]);
  t.strictSame(hosts, []);
  t.strictSame(
    warnings.map(({ message }) => message),
    ["nosuch", "alsonot"].map((name) => `Could not match supplied host pattern, ignoring: ${name}`),
  );
});

t.test("a limit narrows, and may stand in a file", async (t) => {
  const folder = t.testdir({ hosts: source, limit: "c1\n# not b1\na1\n" });
  const inventory = await loadInventory([join(folder, "hosts")]);
  t.strictSame(matchHosts(inventory, "all", { limit: "web" }).hosts, ["b1", "a1"]);
  t.strictSame(matchHosts(inventory, "all", { limit: `@${join(folder, "limit")}` }).hosts, ["c1", "a1"]);
  t.throws(() => matchHosts(inventory, "all", { limit: "@/nowhere" }), { code: "limit-file" });
  t.throws(() => matchHosts(inventory, "~("), { code: "bad-pattern" });
});

t.test(
  "group_vars and host_vars override the source, and the playbook's override the inventory's",
  async (t) => {
    const folder = t.testdir({
      inv: {
        hosts: "[g]\nh v=host a=source\n[g:vars]\nb=source\nc=source\nd=source\n[all:vars]\ne=source\n",
        group_vars: {
          all: {
            "x.yml": "where: folder\ne: folder",
            sub: { "s.yml": "deep: 1" },
            "left.txt": "lost: 1",
            ".h.yml": "lost: 1",
          },
          "all.yml": "where: file\nlost: 1",
          g: "b: inventory\nc: inventory",
          "g.yml": "lost: 1",
          "unused.yml": "broken: [",
        },
        host_vars: { "h.yaml": "a: inventory" },
      },
      play: { group_vars: { "g.json": '{"c": "playbook"}' }, host_vars: { "h.yml": "a: playbook" } },
    });
    const inventory = await loadInventory([join(folder, "inv/hosts")]);
    t.strictSame(toJson(hostVars(inventory, "h", { playbookDir: join(folder, "play") })), {
      ...{ e: "folder", b: "inventory", c: "playbook", d: "source", where: "folder", deep: 1 },
      ...{ v: "host", a: "playbook" },
    });
  },
);

t.test("a file of variables that cannot be read stops the load", async (t) => {
  const folder = t.testdir({
    hosts: "[g]\nh\n",
    group_vars: { g: "- list" },
    host_vars: { h: "$ANSIBLE_VAULT;1.1;AES256\n33" },
  });
  const error = (await t.rejects(loadInventory([join(folder, "hosts")]))) as unknown as KmendError;
  t.equal(error.exitCode, 4);
  t.strictSame(
    error.problems.map(({ code }) => code),
    ["vars-not-mapping", "vault-no-password"],
  );
});

t.test("hosts and groups that a run adds are found as others are", async (t) => {
  const inventory = await loadInventory([join(t.testdir({ hosts: source }), "hosts")]);
  inventory.addGroup("ng", { parents: ["all"] });
  inventory.addHost("newh", { groups: ["ng", "web"] });
  t.strictSame(groupNames(inventory, "newh"), ["app", "ng", "top", "web"]);
  t.strictSame(toJson(groupsDict(inventory).get("web") ?? null), ["b1", "a1", "newh"]);
  t.strictSame(matchHosts(inventory, "ng").hosts, ["newh"]);
});

t.test("the graph and the YAML look as ansible-inventory's", async (t) => {
  const folder = t.testdir({
    "h.yml": "all: {vars: {q: 1}, children: {g: {hosts: {h: {b: x}}, vars: {c: 1}}}}",
  });
  const inventory = await loadInventory([join(folder, "h.yml")]);
  t.equal(
    inventoryGraph(inventory, { vars: true }),
    "@all:\n  |--@ungrouped:\n  |--@g:\n  |  |--h\n  |  |  |--{b = x}\n  |  |  |--{c = 1}\n  |  |  |--{q = 1}\n  |  |--{c = 1}\n  |--{q = 1}",
  );
  t.equal(
    inventoryYaml(inventory),
    "all:\n  children:\n    g:\n      hosts:\n        h:\n          b: x\n          c: 1\n          q: 1\n    ungrouped: {}",
  );
});
