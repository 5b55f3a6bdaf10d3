import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Named last and in one line where there is no room for all. */
  readonly isAside?: true;
  load(): Promise<Command>;
}

/** Every command: its name, what it is for, and how its file is loaded. Help, completion and docs are made from this list. */
export const commands: readonly CommandEntry[] = [
  {
    name: "scan",
    summary: "Find the leak: evidence and a diagnosis for every host",
    load: async () => (await import("./scan.ts")).scanCommand(),
  },
  {
    name: "fix",
    summary: "Mend the leak, asked at each choice: the wizard",
    load: async () => (await import("./fix.ts")).fixCommand(),
  },
  {
    name: "plan",
    summary: "Show what playbooks would change, where, with what way back",
    load: async () => (await import("./plan.ts")).planCommand(),
  },
  {
    name: "apply",
    summary: "Do what a plan said, where all is still as it was",
    load: async () => (await import("./apply.ts")).applyCommand(),
  },
  {
    name: "run",
    summary: "Run playbooks across the inventory",
    load: async () => (await import("./run.ts")).runCommand(),
  },
  {
    name: "resume",
    summary: "Go on with a run that stopped: a crash, a lost link, Ctrl-C",
    load: async () => (await import("./resume.ts")).resumeCommand(),
  },
  {
    name: "rollback",
    summary: "Take back what a run changed",
    load: async () => (await import("./rollback.ts")).rollbackCommand(),
  },
  {
    name: "runs",
    summary: "List the runs, newest first",
    load: async () => (await import("./runs.ts")).runsCommand(),
  },
  {
    name: "show",
    summary: "Read one run from its journal",
    load: async () => (await import("./show.ts")).showCommand(),
  },
  {
    name: "report",
    summary: "Write what came of a run: a page, for a ticket, for a program",
    load: async () => (await import("./report.ts")).reportCommand(),
  },
  {
    name: "prune",
    summary: "Let go of old runs that are settled, here and on their hosts",
    isAside: true,
    load: async () => (await import("./prune.ts")).pruneCommand(),
  },
  {
    name: "inventory",
    summary: "Show the inventory as it was understood",
    isAside: true,
    load: async () => (await import("./inventory.ts")).inventoryCommand(),
  },
  {
    name: "validate",
    summary: "Load playbooks, touch nothing, list every problem",
    load: async () => (await import("./validate.ts")).validateCommand(),
  },
  {
    name: "doc",
    summary: "Explain a module, keyword, filter, test, lookup, playbook or role",
    isAside: true,
    load: async () => (await import("./doc.ts")).docCommand(),
  },
  {
    name: "schema",
    summary: "Print a JSON Schema of playbooks or inventories, for editors",
    isAside: true,
    load: async () => (await import("./schema.ts")).schemaCommand(),
  },
  {
    name: "vault",
    summary: "Encrypt and decrypt files and values as ansible-vault does",
    isAside: true,
    load: async () => (await import("./vault.ts")).vaultCommand(),
  },
  {
    name: "lab",
    summary: "Raise and use the rehearsal fleet on this machine",
    isAside: true,
    load: async () => (await import("./lab.ts")).labCommand(),
  },
  {
    name: "completion",
    summary: "Print the completion script for a shell",
    isAside: true,
    load: async () => (await import("./completion.ts")).completionCommand(commands),
  },
];
