/** Reads variables from a file of the controller (Ansible's `include_vars`). */

import { Dict, type Value } from "../template/values.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const oneFile = "give each file a task of its own, with a loop over their names";

const options = {
  file: { type: "path", help: "Read this YAML or JSON file; or write it as the free form" },
  name: { type: "str", help: "Put the variables into a dictionary of this name" },
  dir: { type: "path", refused: oneFile, help: "Read every file of a folder" },
  depth: { type: "int", refused: oneFile, help: "Go so deep into the folder" },
  files_matching: { type: "str", refused: oneFile, help: "Read only files whose name matches" },
  ignore_files: { type: "list", elements: "str", refused: oneFile, help: "Leave these files out" },
  extensions: { type: "list", elements: "str", refused: oneFile, help: "Read only files with these endings" },
  ignore_unknown_extensions: { type: "bool", refused: oneFile, help: "Leave other endings out" },
  hash_behaviour: {
    type: "str",
    choices: ["replace", "merge"],
    refused: "variables replace each other; merge them by the combine filter",
    help: "Merge dictionaries",
  },
} as const satisfies Options;

export const includeVars: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "include_vars",
  summary: "Read variables from a file of the controller",
  options,
  freeForm: "file",
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- include_vars: "{{ ansible_os_family }}.yml"
- include_vars: {file: runtimes.yml, name: runtimes}`,
  needs: ({ file }) => [{ kind: "vars", name: "file", path: path(file) }],
  act: ({ name }, { setting }) => {
    const file = setting.brought["file"];
    const read: Value = file?.value ?? new Dict();
    if (!(read instanceof Dict))
      throw new TaskFailed(`${file?.source} must be stored as a dictionary/hash`, {
        ansible_facts: new Dict(),
      });
    const vars = name === undefined ? read : Dict.of({ [name]: read });
    const files = file ? [file.source] : [];
    return {
      result: Dict.of({ changed: false, ansible_facts: vars, ansible_included_var_files: files }),
      effects: [{ kind: "include-vars", vars }],
    };
  },
};

function path(file: string | undefined): string {
  if (file === undefined || file === "") throw new TaskFailed("No file was given to include variables from");
  return file;
}
