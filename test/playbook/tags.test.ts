import { join } from "node:path";
import t from "tap";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { isTagSelected, knownTags, loadPlaybook } from "../../src/playbook/playbook.ts";
import { Dict } from "../../src/template/template.ts";

/** Tasks by their tags; the last has none. */
const tasks = {
  ...{
    always: "always",
    never: "never",
    never_a: "never a",
    always_a: "always a",
    always_never: "always never",
  },
  ...{ a: "a", b: "b", ab: "a b", tagged: "tagged", all: "all", untagged: "untagged", none: "" },
};
const always = "always always_a always_never";

/** `--tags | --skip-tags`, and the tasks that `ansible-playbook` was seen to run. */
const selections: Readonly<Record<string, string>> = {
  "|": `${always} a b ab tagged all untagged none`,
  "a|": `never_a ${always} a ab`,
  "all|": `${always} a b ab tagged all untagged none`,
  "tagged|": `${always} a b ab tagged all`,
  "untagged|": `${always} untagged none`,
  "never|": `never never_a ${always}`,
  "always|": always,
  "a,b|": `never_a ${always} a b ab`,
  "nosuch|": always,
  "all,never|": `never never_a ${always} a b ab tagged all untagged none`,
  "|a": "always always_never b tagged all untagged none",
  "|all": always,
  "|always": "a b ab tagged all untagged none",
  "|never": "always always_a a b ab tagged all untagged none",
  "|tagged": "untagged none",
  "|untagged": `${always} a b ab tagged all`,
  "a|b": `never_a ${always} a`,
  "a|all": always,
  "a|all,always": "",
  "untagged|tagged": "untagged none",
  "never|a": "never always always_never",
  "a|tagged": "",
  "tagged|a": "always always_never b tagged all",
};

const words = (text: string) => text.split(/[ ,]/).filter((word) => word !== "");

for (const [selection, expected] of Object.entries(selections))
  t.test(`tags choose as in Ansible: ${selection}`, async (t) => {
    const [tags = "", skipTags = ""] = selection.split("|");
    const chosen = Object.entries(tasks).filter(([, own]) =>
      isTagSelected(new Set(words(own)), { tags: words(tags), skipTags: words(skipTags) }),
    );
    t.strictSame(chosen.map(([name]) => name).sort(), words(expected).sort());
  });

const playbook = `- hosts: all
  tags: play
  tasks:
    - block: [{ping: , tags: inner}]
      rescue: [{ping: , tags: [rescued]}]
    - include_tasks: {file: more.yml, apply: {tags: "applied, too"}}
    - include_role: {name: r}
`;

t.test("the tags of a playbook are known with those of what it includes by name", async (t) => {
  const folder = t.testdir({
    "site.yml": playbook,
    "unknown.yml": `${playbook}    - include_tasks: "{{ which }}.yml"\n`,
    "absent.yml": `${playbook}    - include_tasks: nosuch.yml\n`,
    "more.yml": "- {ping: , tags: included}\n- include_tasks: more.yml\n",
    roles: {
      r: {
        tasks: {
          "main.yml": "- {ping: , tags: of_role}\n- include_tasks: beside.yml\n",
          "beside.yml": "- {ping: , tags: beside}\n",
        },
      },
    },
  });
  const options = { catalogue: { find: findModule, names: moduleNames }, extraVars: new Dict() };
  const known = (name: string) => knownTags(loadPlaybook(join(folder, name), options), options);
  const { tags, isAll } = known("site.yml");
  t.equal([...tags].join(" "), "play inner rescued applied too included of_role beside");
  t.ok(isAll);
  t.notOk(known("unknown.yml").isAll);
  t.notOk(known("absent.yml").isAll);
});
