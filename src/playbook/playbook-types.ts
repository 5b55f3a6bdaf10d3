/**
 * A loaded playbook: typed plays, blocks and tasks that know their file, line and column.
 *
 * Strings inside `Value`s may hold templates; nothing is evaluated here. Static imports are already spread.
 */

import type { Place } from "../problem/problem.ts";
import type { Dict, Value } from "../template/values.ts";

/** A value of the file and where it stands. */
export interface Located<T = Value> {
  readonly value: T;
  readonly place: Place;
}

/** Keywords that plays, roles, blocks and tasks share; inner wins, the engine merges by walking `parent`. All may be templated. */
export interface Shared {
  readonly vars?: Dict;
  readonly become?: Located;
  readonly becomeUser?: Located;
  readonly becomeMethod?: Located;
  readonly becomeFlags?: Located;
  readonly becomeExe?: Located;
  readonly environment?: readonly Located[];
  readonly connection?: Located;
  readonly remoteUser?: Located;
  readonly port?: Located;
  readonly checkMode?: Located;
  readonly diff?: Located;
  readonly noLog?: Located;
  readonly ignoreErrors?: Located;
  readonly ignoreUnreachable?: Located;
  readonly anyErrorsFatal?: Located;
  readonly throttle?: Located;
  readonly timeout?: Located;
  readonly runOnce?: Located;
  readonly delegateTo?: Located;
  readonly delegateFacts?: Located;
  readonly moduleDefaults?: readonly ModuleDefaults[];
  readonly tags: readonly string[];
  /** A list means "and", outermost first. */
  readonly when: readonly Located[];
}

/** What `module_defaults` gives to the tasks of one module, or of a group of modules. */
export interface ModuleDefaults {
  /** Any name of the module, or `group/NAME`, as written. */
  readonly name: string;
  readonly place: Place;
  /** Options and their values, or a template that gives them. */
  readonly value: Located;
  /** Where each option's name stands. */
  readonly places: ReadonlyMap<string, Place>;
}

/** `rollback:` on a task or block. */
export type RollbackSpec =
  | { readonly kind: "none"; readonly place: Place }
  | { readonly kind: "tasks"; readonly tasks: readonly Node[]; readonly place: Place };

export interface Task extends Shared {
  readonly kind: "task";
  readonly name?: Located<string>;
  readonly place: Place;
  /** Canonical short name of the module (`ansible.builtin.copy` -> `copy`; `kmend.kmem.evidence` stays whole). */
  readonly module: string;
  /** The module's name as the file has it, for headings of tasks without a name. */
  readonly action?: string;
  /** Named by `action:` or `local_action:`: `module_defaults` pass it over, as in ansible-core 2.14. */
  readonly takesNoDefaults?: true;
  /** True when the module exists in Ansible's world but not in ours: fails the host only where it is reached. */
  readonly foreign: boolean;
  readonly args: TaskArgs;
  readonly loop?: Loop;
  readonly register?: Located<string>;
  readonly until?: readonly Located[];
  readonly retries?: Located;
  readonly delay?: Located;
  readonly changedWhen?: readonly Located[];
  readonly failedWhen?: readonly Located[];
  readonly notify: readonly Located[];
  readonly listen: readonly string[];
  readonly rollback?: RollbackSpec;
  /** How many seconds it may take. */
  readonly async?: Located;
  /** Never 0 beside an `async` that is not, but where a template gives it. */
  readonly poll?: Located;
  /** The innermost role this task belongs to, if any. */
  readonly role?: Role;
  /** The folder relative paths start from: the file's own. */
  readonly baseDir: string;
}

export interface TaskArgs {
  readonly place: Place;
  /** Option name as written -> value. Free form already parsed where `k=v` is allowed. */
  readonly options: Dict;
  /** The free-form text (`command: ls -l`), if the module takes one. */
  readonly free?: Located<string>;
  readonly places: ReadonlyMap<string, Place>;
  /** `module: "{{ args_dict }}"` or `args: "{{ x }}"`: a template that gives the whole dict. */
  readonly template?: Located;
}

export interface Loop {
  /** `loop`, or the lookup of `with_X`: `items`, `dict`, `nested`, ... */
  readonly kind: "loop" | { readonly lookup: string };
  readonly items: Located;
  readonly control: {
    readonly loopVar?: Located;
    readonly indexVar?: Located;
    readonly label?: Located;
    readonly pause?: Located;
    readonly extended?: Located;
  };
}

export interface Block extends Shared {
  readonly kind: "block";
  readonly name?: Located<string>;
  readonly place: Place;
  readonly block: readonly Node[];
  readonly rescue: readonly Node[];
  readonly always: readonly Node[];
  readonly notify: readonly Located[];
  readonly rollback?: RollbackSpec;
  readonly role?: Role;
  /** A listed role runs once a host: skip the block on a host that has run a task of another block with this key.
   *  Most duplicates are gone at load; these are left where a condition above may keep the earlier one from running. */
  readonly once?: string;
  /** An implicit block only carries the keywords of an import or a role. */
  readonly implicit: boolean;
}

/** include_tasks / include_role: loaded when reached, by calling `LoadedPlaybook.include`. */
export interface Include extends Shared {
  readonly kind: "include";
  readonly what: "tasks" | "role";
  /** `include_tasks` as the file has it, maybe with `ansible.builtin.` before it. */
  readonly action?: string;
  readonly name?: Located<string>;
  readonly place: Place;
  /** `file`, or role options (`name`, `tasks_from`, `vars_from`, `defaults_from`, `public`, `apply`, ...). */
  readonly options: Dict;
  readonly loop?: Loop;
  readonly register?: Located<string>;
  readonly notify: readonly Located[];
  readonly role?: Role;
  readonly baseDir: string;
}

export type Node = Task | Block | Include;

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly defaults: Dict;
  readonly vars: Dict;
  /** Role parameters given where it is listed or included. */
  readonly params: Dict;
  readonly place: Place;
}

export interface Play extends Shared {
  readonly kind: "play";
  readonly place: Place;
  readonly name?: Located<string>;
  readonly hosts: Located;
  readonly gatherFacts?: Located;
  readonly gatherSubset?: Located;
  readonly gatherTimeout?: Located;
  readonly varsFiles: readonly Located[];
  readonly varsPrompt: readonly {
    readonly name: string;
    readonly prompt: string;
    readonly private: boolean;
    readonly default?: Value;
    readonly place: Place;
  }[];
  /** Number, percentage or a list of them, as written. */
  readonly serial?: Located;
  readonly maxFailPercentage?: Located;
  readonly maxFailHosts?: Located;
  readonly unreachableIsFailure?: Located;
  readonly strategy?: Located;
  readonly order?: Located;
  readonly forceHandlers?: Located;
  readonly preTasks: readonly Node[];
  /** Roles, spread: each an implicit block with its role. Run between preTasks and tasks. */
  readonly roles: readonly Block[];
  readonly tasks: readonly Node[];
  readonly postTasks: readonly Node[];
  /** Handlers of the play and its roles, in the order of their definition. */
  readonly handlers: readonly Node[];
  readonly gate: readonly Node[];
  readonly soak?: Located;
  readonly confirmWithin?: Located;
  readonly onFailure?: Located;
  readonly baseDir: string;
}

export interface LoadedPlaybook {
  readonly path: string;
  readonly plays: readonly Play[];
  /** Warnings found at load: foreign modules, duplicate keys, deprecated forms. */
  readonly warnings: readonly import("../problem/problem.ts").Problem[];
  /** The SHA-256 of every file that was read for it, by path; what is included while it runs is not among them. */
  readonly sources: Readonly<Record<string, string>>;
}
