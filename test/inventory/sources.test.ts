import { chmodSync } from "node:fs";
import { join, relative } from "node:path";
import t, { type Test } from "tap";
import { inventoryList, loadInventory } from "../../src/inventory/inventory.ts";
import { formatProblem, type KmendError } from "../../src/problem/problem.ts";

/** A source, and what `ansible-inventory --list` was seen to make of it. */
const readable = {
  "ranges count in numbers and letters, with steps and zeros": {
    "hosts.ini": "[web]\nweb[01:03]\nweb[8:12:2]\ndb-[a:c].ex.com\nh-[1:2]-[a:b]\n",
    groups: {
      web: {
        hosts:
          "web01 web02 web03 web8 web10 web12 db-a.ex.com db-b.ex.com db-c.ex.com h-1-a h-1-b h-2-a h-2-b",
      },
    },
  },
  "values behind a host are Python literals, comments end the line": {
    "hosts.ini":
      "h x=1 y=0644 z=\"a b\" l=[1,2] t=True s='q' f=1.50 d={'a':1} dd=\"{'a': [1]}\" n=None b=yes i=0x1F e=\"\" u=abc#c\n",
    groups: { ungrouped: { hosts: "h" } },
    vars: {
      h: {
        ...{ x: 1, y: "0644", z: "a b", l: [1, 2], t: true, s: "q", f: 1.5, d: "{a:1}" },
        ...{ dd: { a: [1] }, n: null, u: "abc", b: "yes", i: 31, e: "" },
      },
    },
  },
  "values of a group are literals too, and else the whole text": {
    "hosts.ini":
      '[w]\nh\n[w:vars]\nc=5 # foo\nc2="x" # foo\nc3=\'a\' \'b\'\nc4=a=b\nc5 =  x y  \nc7={"a": true}\nc8={"a": 1}\nc12=[1,\nc13={{ a }}\nsp=x # y\n',
    groups: { w: { hosts: "h" } },
    vars: {
      h: {
        ...{ c: 5, c2: "x", c3: "ab", c4: "a=b", c5: "x y", c7: '{"a": true}', c8: { a: 1 } },
        ...{ c12: "[1,", c13: "{{ a }}", sp: "x # y" },
      },
    },
  },
  "a port stands behind the name, an IPv6 address is no port": {
    "hosts.ini": "[z]\nh1:22\n[::1]:2222\nfe80::1\nh2:99 ansible_port=7\n",
    groups: { z: { hosts: "h1 ::1 fe80::1 h2" } },
    vars: { h1: { ansible_port: 22 }, "::1": { ansible_port: 2222 }, h2: { ansible_port: 7 } },
  },
  "a child's section may come after its parent's": {
    "hosts.ini": "[prod:children]\nweb\n[prod:vars]\nn=5\n[web:vars]\nn=6\n[web]\na\n",
    groups: { prod: { children: "web" }, web: { hosts: "a" } },
    vars: { a: { n: 6 } },
  },
  "YAML nests groups, and hosts of `all` are ungrouped": {
    "hosts.yml":
      "all:\n  hosts:\n    x: {v: 1}\n  vars: {a: 1}\n  children:\n    g2:\n      hosts:\n        k[1:2]:\n    g1:\n      children: {sub: {hosts: {m1: null}}}\n",
    groups: {
      g1: { children: "sub" },
      g2: { hosts: "k1 k2" },
      sub: { hosts: "m1" },
      ungrouped: { hosts: "x" },
    },
    vars: { x: { v: 1, a: 1 }, k1: { a: 1 }, k2: { a: 1 }, m1: { a: 1 } },
  },
  "a deeper group wins, then the higher priority, then the later name": {
    "hosts.yml":
      "all:\n  children:\n    aa: {vars: {v: aa, ansible_group_priority: 10}, hosts: {h: }}\n    bb: {vars: {v: bb, w: bb}, hosts: {h: }}\n    cc: {vars: {w: cc}, children: {dd: {hosts: {h: }, vars: {w: dd}}}}\n",
    groups: { aa: { hosts: "h" }, bb: { hosts: "h" }, cc: { children: "dd" }, dd: { hosts: "h" } },
    vars: { h: { v: "aa", w: "dd" } },
  },
};

for (const [fact, { groups, vars = {}, ...files }] of Object.entries<{
  groups: Record<string, { hosts?: string; children?: string }>;
  vars?: object;
}>(readable)) {
  t.test(fact, async (t) => {
    const folder = t.testdir(files as Record<string, string>);
    const { _meta, all, ...listed } = JSON.parse(
      inventoryList(await loadInventory([join(folder, Object.keys(files)[0] ?? "")])),
    );
    const words = (text: string | undefined) => text?.split(" ");
    t.strictSame(
      listed,
      Object.fromEntries(
        Object.entries(groups).map(([name, { hosts, children }]) => [
          name,
          { ...(children ? { children: words(children) } : {}), ...(hosts ? { hosts: words(hosts) } : {}) },
        ]),
      ),
    );
    t.strictSame(_meta.hostvars, vars);
    t.equal(all.children[0], "ungrouped");
  });
}

/** A source, and everything that is wrong with it. */
const unreadable = {
  "bad.ini": {
    text: "[web\na\n[web:foo]\n[g:vars]\nx=1\n[web]\nhost a b\nh x='open\nw[1:]\n[x:children]\nnowhere\n[w:vars]\nnoequals\n",
    problems: [
      'bad.ini:1:1: Cannot read the section header "[web": wanted [group], [group:children] or [group:vars]',
      'bad.ini:3:1: Cannot read section [web:foo]: "foo" is neither children nor vars',
      'bad.ini:5:1: Cannot set variables of group "g": no section [g] defines it',
      "bad.ini:7:6: Cannot read this word: wanted key=value behind a host's name",
      "bad.ini:7:8: Cannot read this word: wanted key=value behind a host's name",
      'bad.ini:8:1: Cannot read the line of host "h": a quote is not closed',
      'bad.ini:9:1: Cannot read the line of host "w[1:]": a range needs an end, as in [1:5]',
      'bad.ini:11:1: Cannot add to [x:children]: no section [nowhere] defines "nowhere"',
      'bad.ini:13:1: Cannot read "noequals": wanted key=value',
    ],
  },
  "yaml.ini": {
    text: "all:\n  hosts:\n    a:\n",
    problems: [
      "yaml.ini:1:1: Cannot read the inventory: it is YAML, and a name that ends in .ini is read as INI\n  Name it yaml.yml",
    ],
  },
  "circle.ini": {
    text: "[a:children]\nb\n[b:children]\na\n",
    problems: [
      'circle.ini:4:1: Cannot add to [b:children]: group "a" cannot be a child of "b": "b" is already below it',
    ],
  },
  "bad.yml": {
    text: "web:\n  hosts: [a]\n  vars: 3\ndb: text\nq:\n  hosts:\n    'h:x': {}\n    h2: 5\n",
    problems: [
      'bad.yml:2:10: Cannot read hosts of group "web": it must be a mapping\n  Write a name and a colon a line, without dashes.',
      'bad.yml:3:9: Cannot read vars of group "web": it must be a mapping',
      'bad.yml:4:5: Cannot read group "db": it must be a mapping with hosts, vars or children',
      'bad.yml:7:5: Cannot read host "h:x": "x" after the colon is not a port',
      'bad.yml:8:9: Cannot read the variables of host "h2": they must be a mapping',
    ],
  },
  "list.yml": {
    text: "- a\n",
    problems: ["list.yml:1:1: Cannot read the inventory: it must be a mapping of groups"],
  },
};

for (const [file, { text, problems }] of Object.entries(unreadable))
  t.test(`every problem of ${file} is found, in order`, async (t) => {
    const folder = t.testdir({ [file]: text });
    t.strictSame(await problemsOf(t, [join(folder, file)], folder), problems);
  });

t.test("a key that a group cannot have is warned of at its place, with the one that was meant", async (t) => {
  const text =
    "all:\n  host:\n    a:\n  child:\n    web:\n      kids: {}\n  children:\n    db:\n      kids:\n";
  const folder = t.testdir({ "hosts.yml": text });
  const { warnings } = await loadInventory([join(folder, "hosts.yml")]);
  t.strictSame(
    warnings.map((warning) => formatProblem(warning).replace(`${folder}/`, "")),
    [
      'hosts.yml:2:3: warning: Passing over "host" of group "all": a group has hosts, vars and children\n  Did you mean "hosts"?',
      'hosts.yml:4:3: warning: Passing over "child" of group "all": a group has hosts, vars and children\n  Did you mean "children"?',
      'hosts.yml:9:7: warning: Passing over "kids" of group "db": a group has hosts, vars and children',
    ],
  );
});

t.test("a source that does not exist is a problem", async (t) => {
  const [problem] = await problemsOf(t, ["/nowhere/hosts"], "/");
  t.match(problem, /^Cannot read inventory \/nowhere\/hosts: there is no such file\n.*\n +-i "hosts,"$/);
});

t.test("a program is asked for its groups, and for each host when it says nothing of them", async (t) => {
  const folder = t.testdir({
    one: `#!/bin/sh\n[ "$1" = --list ] && echo '{"g": ["a"], "p": {"hosts": ["c"], "vars": {"x": 1}, "children": ["g"]}}' || echo "{\\"me\\": \\"$2\\"}"\n`,
    two: `#!/bin/sh\necho '{"_meta": {"hostvars": {"z": {"k": 2}}}, "q": {"hosts": ["z"]}}'\n`,
    bad: "#!/bin/sh\necho oops >&2; exit 3\n",
  });
  for (const name of ["one", "two", "bad"]) chmodSync(join(folder, name), 0o755);
  const inventory = await loadInventory([join(folder, "one"), join(folder, "two")]);
  t.strictSame(JSON.parse(inventoryList(inventory))._meta.hostvars, {
    a: { me: "a", x: 1 },
    c: { me: "c", x: 1 },
    z: { k: 2 },
  });
  t.strictSame(await problemsOf(t, [join(folder, "bad")], folder), [
    `bad:1:1: Cannot use ${join(folder, "bad")}: --list exited with 3, wanted 0: oops`,
  ]);
});

t.test("a folder's files are read by name, later ones win, and its leavings are passed over", async (t) => {
  const folder = t.testdir({
    "01": "all: {hosts: {x: {v: 1}}}",
    "02-more": "y\n[g]\nx v=2\n",
    "old.bak": "lost",
    "notes.txt": "lost",
    ".hidden": "lost",
    group_vars: { "g.yml": "w: 3" },
  });
  const inventory = await loadInventory([folder, "a,b:22,"]);
  t.strictSame(
    inventory.hosts.map((host) => host.name),
    ["x", "y", "a", "b"],
  );
  t.strictSame(JSON.parse(inventoryList(inventory))._meta.hostvars, {
    x: { v: 2, w: 3 },
    b: { ansible_port: 22 },
  });
});

async function problemsOf(t: Test, sources: readonly string[], folder: string): Promise<string[]> {
  const error = (await t.rejects(loadInventory(sources))) as unknown as KmendError;
  return error.problems.map((problem) =>
    formatProblem(
      problem.place
        ? { ...problem, place: { ...problem.place, file: relative(folder, problem.place.file) } }
        : problem,
    ),
  );
}
