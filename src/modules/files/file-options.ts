/** The options that every module that makes files has: who owns them, and their permissions. */

import type { ArgumentsOf, Options } from "../options.ts";

const selinux = "kmend keeps the label that stands there and gives none; run chcon or semanage by a command";

export const fileOptions = {
  mode: { type: "mode", help: "Set the permissions, as octal or symbolic text" },
  owner: { type: "str", help: "Set the owning user, by name or number" },
  group: { type: "str", help: "Set the owning group, by name or number" },
  seuser: { type: "str", refused: selinux, help: "Set the SELinux user" },
  serole: { type: "str", refused: selinux, help: "Set the SELinux role" },
  setype: { type: "str", refused: selinux, help: "Set the SELinux type" },
  selevel: { type: "str", refused: selinux, help: "Set the SELinux level" },
  attributes: {
    type: "str",
    aliases: ["attr"],
    refused: "run chattr by a command, with a `rollback:`",
    help: "Set file system flags, as chattr has them",
  },
  unsafe_writes: {
    type: "bool",
    refused: "kmend replaces a file whole or not at all",
    help: "Write in place where a rename is impossible",
  },
} as const satisfies Options;

export type FileArgs = Pick<ArgumentsOf<typeof fileOptions>, "mode" | "owner" | "group">;
