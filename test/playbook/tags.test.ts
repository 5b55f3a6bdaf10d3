import t from "tap";
import { isTagSelected } from "../../src/playbook/playbook.ts";

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
