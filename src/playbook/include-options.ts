import type { KnownModule } from "./loading.ts";

const roleOptions: KnownModule["options"] = {
  name: { type: "str", help: "Name the role" },
  role: { type: "str", help: "As name" },
  tasks_from: { type: "str", help: "Take the tasks from this file of the role" },
  vars_from: { type: "str", help: "Take the vars from this file of the role" },
  defaults_from: { type: "str", help: "Take the defaults from this file of the role" },
  handlers_from: { type: "str", help: "Take the handlers from this file of the role" },
  allow_duplicates: { type: "bool", help: "Run the role although it ran before" },
  rolespec_validate: { type: "bool", help: "Check the arguments by the role's specification" },
};
const apply: KnownModule["options"][string] = {
  type: "dict",
  help: "Give these keywords to each task included",
};
const isPublic: KnownModule["options"][string] = {
  type: "bool",
  help: "Let later tasks of the play see the role's vars and defaults",
};

/** Options of what shapes a playbook: read at load, or when reached; not modules. */
export const includeOptions: Readonly<Record<string, KnownModule>> = {
  include_tasks: {
    name: "include_tasks",
    freeForm: "file",
    options: { file: { type: "path", help: "Include the tasks of this file" }, apply },
  },
  import_tasks: {
    name: "import_tasks",
    freeForm: "file",
    options: { file: { type: "path", help: "Import the tasks of this file" } },
  },
  include_role: { name: "include_role", options: { ...roleOptions, apply, public: isPublic } },
  import_role: { name: "import_role", options: { ...roleOptions, public: isPublic } },
};
