/** Every keyword of the playbook language: where it may stand, what it may hold, what it is for. Loading, docs and the
 *  JSON Schema are made from this table. */

/** Who may carry a keyword. An include runs later, and takes few; a handler is a task that can `listen`. */
export type Owner = "play" | "role" | "block" | "task" | "handler" | "include" | "import";

/** What a keyword may hold. A template may stand in for each of the first six. */
export type Form =
  | "bool"
  | "number"
  /** A whole number, 0 or more. */
  | "count"
  | "text"
  /** A number, a percentage, or a list of them. */
  | "batches"
  | "condition"
  /** Text or a list of text. */
  | "texts"
  | "tags"
  | "dict"
  /** A mapping or a list of mappings. */
  | "dicts"
  | "tasks"
  | "roles"
  | "rollback"
  | "name"
  | "any";

export interface Keyword {
  readonly on: readonly Owner[];
  readonly form: Form;
  /** One line, an order without a full stop. */
  readonly help: string;
  /** Values that it may have, where they are few. */
  readonly choices?: readonly string[];
  /** Values that Ansible has and kmend refuses, with what to use instead. */
  readonly refusedChoices?: Readonly<Record<string, string>>;
  /** Known to Ansible, refused here by name: what to use instead. */
  readonly refused?: string;
  /** Not Ansible's: kmend's own. */
  readonly isOurs?: true;
}

const everywhere = ["play", "role", "block", "task", "handler", "import"] as const;
const below = ["role", "block", "task", "handler", "import"] as const;
const tasks = ["task", "handler"] as const;
const withIncludes = [...everywhere, "include"] as const;

export const keywords: Readonly<Record<string, Keyword>> = {
  action: { on: tasks, form: "any", help: "Name the module and its arguments in one text" },
  always: { on: ["block"], form: "tasks", help: "Run these tasks whatever became of the block" },
  any_errors_fatal: { on: everywhere, form: "bool", help: "End the run when a task fails on any host" },
  args: { on: ["task", "handler", "include"], form: "any", help: "Give the module more arguments" },
  async: { on: tasks, form: "number", help: "Fail the task after this many seconds; kmend waits for it" },
  become: { on: everywhere, form: "bool", help: "Act as another user" },
  become_exe: { on: everywhere, form: "text", help: "Become by this program" },
  become_flags: { on: everywhere, form: "text", help: "Give these flags to the program that becomes" },
  become_method: { on: everywhere, form: "text", help: "Become by sudo, su or doas" },
  become_user: { on: everywhere, form: "text", help: "Become this user, root unless told otherwise" },
  block: { on: ["block"], form: "tasks", help: "Group tasks that share keywords, rescue and always" },
  changed_when: { on: tasks, form: "condition", help: "Decide whether the task changed something" },
  check_mode: { on: everywhere, form: "bool", help: "Run in check mode always, or never" },
  collections: { on: withIncludes, form: "texts", help: "Look for modules in these collections" },
  confirm_within: {
    on: ["play"],
    form: "text",
    help: "Let each host take itself back unless its batch ends well in this time, e.g. 10m",
    isOurs: true,
  },
  connection: { on: everywhere, form: "text", help: "Reach hosts by ssh, openssh or local" },
  debugger: {
    on: withIncludes,
    form: "text",
    help: "Open a debugger when the task fails",
    refused: "leave it out, and read what happened with `kmend show last`",
  },
  delay: { on: tasks, form: "number", help: "Wait this many seconds between tries" },
  delegate_facts: {
    on: ["block", "task", "handler", "role", "import"],
    form: "bool",
    help: "Keep facts for the host delegated to",
  },
  delegate_to: { on: below, form: "text", help: "Run the task on this host instead" },
  diff: { on: everywhere, form: "bool", help: "Show what changes, before and after" },
  environment: { on: everywhere, form: "dicts", help: "Set environment variables for the task" },
  fact_path: {
    on: ["play"],
    form: "text",
    help: "Read local facts from this folder",
    refused: "put local facts into /etc/ansible/facts.d",
  },
  failed_when: { on: tasks, form: "condition", help: "Decide whether the task failed" },
  force_handlers: { on: ["play"], form: "bool", help: "Run notified handlers also on hosts that failed" },
  gate: {
    on: ["play"],
    form: "tasks",
    help: "Check these tasks after each batch, before the next one starts",
    isOurs: true,
  },
  gather_facts: { on: ["play"], form: "bool", help: "Read facts of each host before the first task" },
  gather_subset: { on: ["play"], form: "texts", help: "Read only these kinds of facts" },
  gather_timeout: { on: ["play"], form: "number", help: "Give up reading facts after this many seconds" },
  handlers: { on: ["play"], form: "tasks", help: "Define tasks that run when they are notified" },
  hosts: { on: ["play"], form: "texts", help: "Choose hosts by a pattern" },
  ignore_errors: { on: withIncludes, form: "bool", help: "Go on when the task fails" },
  ignore_unreachable: { on: everywhere, form: "bool", help: "Go on when the host cannot be reached" },
  listen: { on: ["handler"], form: "texts", help: "Run also when this topic is notified" },
  local_action: { on: tasks, form: "any", help: "As action, on the controller" },
  loop: {
    on: ["task", "handler", "include"],
    form: "any",
    help: "Run the task once for each item of a list",
  },
  loop_control: {
    on: ["task", "handler", "include"],
    form: "dict",
    help: "Name the loop's variables, its labels and pauses",
  },
  max_fail_hosts: {
    on: ["play"],
    form: "count",
    help: "End the run when more than this many hosts of the whole run have failed",
    isOurs: true,
  },
  max_fail_percentage: {
    on: ["play"],
    form: "number",
    help: "End the run when more than this share of a batch failed",
  },
  module_defaults: { on: everywhere, form: "dicts", help: "Give modules default arguments" },
  name: { on: withIncludes, form: "text", help: "Say what it is for" },
  no_log: { on: withIncludes, form: "bool", help: "Keep arguments and results out of every output" },
  notify: {
    on: ["block", "task", "handler", "include", "import"],
    form: "texts",
    help: "Run these handlers when the task changed something",
  },
  on_failure: {
    on: ["play"],
    form: "text",
    choices: ["stop", "rollback_host", "rollback_batch", "rollback_run"],
    help: "Say what is taken back when a host fails",
    isOurs: true,
  },
  order: {
    on: ["play"],
    form: "text",
    choices: ["inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle"],
    help: "Take the hosts in this order",
  },
  poll: {
    on: tasks,
    form: "number",
    help: "Accepted beside `async`, but for 0: no task runs on while others begin",
  },
  port: { on: everywhere, form: "number", help: "Connect to this port" },
  post_tasks: { on: ["play"], form: "tasks", help: "Run these tasks after tasks and their handlers" },
  pre_tasks: { on: ["play"], form: "tasks", help: "Run these tasks before the roles" },
  register: { on: ["task", "handler", "include"], form: "name", help: "Keep the result in this variable" },
  remote_user: { on: everywhere, form: "text", help: "Log in as this user" },
  rescue: { on: ["block"], form: "tasks", help: "Run these tasks when the block failed" },
  retries: { on: tasks, form: "number", help: "Try again this often until `until` holds" },
  role: { on: ["role"], form: "text", help: "Name the role" },
  roles: { on: ["play"], form: "roles", help: "Run these roles before the tasks" },
  rollback: {
    on: ["task", "handler", "block"],
    form: "rollback",
    help: "Undo the task by these tasks, or say `none`",
    isOurs: true,
  },
  run_once: { on: withIncludes, form: "bool", help: "Run on the first host of the batch only" },
  serial: {
    on: ["play"],
    form: "batches",
    help: "Work on this many hosts at a time: a number, a percentage, or a list",
  },
  soak: {
    on: ["play"],
    form: "text",
    help: "Wait this long after a batch before its gate is asked",
    isOurs: true,
  },
  strategy: {
    on: ["play"],
    form: "text",
    choices: ["linear"],
    refusedChoices: {
      free: "use `strategy: linear` and a higher --forks",
      host_pinned: "use `strategy: linear` and a higher --forks",
      debug: "use `strategy: linear`",
    },
    help: "Say how hosts wait for each other",
  },
  tags: { on: withIncludes, form: "tags", help: "Name what --tags and --skip-tags choose by" },
  tasks: { on: ["play"], form: "tasks", help: "Run these tasks after the roles" },
  throttle: { on: everywhere, form: "number", help: "Run on at most this many hosts at once" },
  timeout: { on: [...everywhere, "include"], form: "number", help: "Fail the task after this many seconds" },
  unreachable_is_failure: {
    on: ["play"],
    form: "bool",
    help: "Count unreachable hosts as failed for max_fail_percentage and max_fail_hosts",
    isOurs: true,
  },
  until: { on: tasks, form: "condition", help: "Try again until this holds" },
  user: { on: ["play"], form: "text", help: "As remote_user" },
  vars: { on: withIncludes, form: "dicts", help: "Set variables" },
  vars_files: { on: ["play"], form: "any", help: "Read variables from these files" },
  vars_prompt: { on: ["play"], form: "any", help: "Ask for these variables" },
  when: {
    on: ["role", "block", "task", "handler", "include", "import"],
    form: "condition",
    help: "Run only where this holds",
  },
};

/** The keywords of loop_control. */
export const loopControls: Readonly<Record<string, Pick<Keyword, "form" | "help">>> = {
  extended: { form: "bool", help: "Describe the loop's progress in `ansible_loop`" },
  extended_allitems: { form: "bool", help: "Keep every item in `ansible_loop.allitems`" },
  index_var: { form: "name", help: "Keep the item's number in this variable" },
  label: { form: "any", help: "Show this instead of the item" },
  loop_var: { form: "name", help: "Keep the item in this variable instead of `item`" },
  pause: { form: "number", help: "Wait this many seconds between items" },
};

/** The keywords of one variable of vars_prompt. */
export const promptKeywords: Readonly<Record<string, Pick<Keyword, "form" | "help">>> = {
  name: { form: "text", help: "Name the variable" },
  prompt: { form: "text", help: "Ask with these words" },
  private: { form: "bool", help: "Hide what is typed; true unless told otherwise" },
  default: { form: "any", help: "Take this when nothing is typed" },
};

/** Keywords of Ansible's past: what to write today. */
export const formerKeywords: Readonly<Record<string, string>> = {
  accelerate: "leave it out",
  always_run: "write `check_mode: false`",
  include: "write `include_tasks`, `import_tasks` or `import_playbook`",
  static: "write `import_tasks` or `include_tasks`",
  su: "write `become: true` and `become_method: su`",
  su_user: "write `become_user`",
  sudo: "write `become: true`",
  sudo_user: "write `become_user`",
};

/** Names of the keywords that an owner may carry. */
export function keywordsOf(owner: Owner): string[] {
  return Object.entries(keywords).flatMap(([name, { on }]) => (on.includes(owner) ? [name] : []));
}
