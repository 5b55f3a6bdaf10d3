/**
 * Playbooks: from YAML to typed plays, blocks and tasks that know their file, line and column. Nothing runs here.
 *
 * Words: a **keyword** is a key of a play, block or task (keywords.ts has the table); an **import** is read now, an
 * **include** when a host reaches it; a **foreign** module is one of Ansible's world that kmend does not have.
 * Must: what is not supported is refused at its line, by name; nothing that was written is ever passed over.
 * Must: every problem of every file is found in one load, sorted by place.
 */

export { unattended, withPoll } from "./async.ts";
export type { NamedFiles } from "./find-named.ts";
export { appliedTags, candidatesIn, includedFile, includedRole, listed } from "./include-target.ts";
export { type Keyword, keywords, keywordsOf, type Owner } from "./keywords.ts";
export { type KnownTags, knownTags } from "./known-tags.ts";
export {
  type ListedPlay,
  type ListedTask,
  type ListingOptions,
  listingText,
  listPlays,
} from "./list-playbook.ts";
export {
  type IncludeFrom,
  type LoadedTasks,
  loadPlaybook,
  loadRole,
  loadTasks,
  validatePlaybook,
} from "./load-playbook.ts";
export type { Catalogue, KnownModule, LoadOptions } from "./loading.ts";
export { actionGroups } from "./module-defaults.ts";
export * from "./playbook-types.ts";
export type { LoadedRole, RoleFrom } from "./roles.ts";
export { playbookSchema, type SchemaKind, schemaKinds } from "./schema/playbook-schema.ts";
export { isTagSelected, type TagSelection } from "./select-tags.ts";
