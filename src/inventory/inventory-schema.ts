/** A JSON Schema (draft-07) of inventories in YAML, for editors. It takes what loads without a word, and refuses what the loader
 *  refuses or warns of, as far as one file's form can tell. */

import { addresses, clusterKeys, pluginName } from "./cluster-source.ts";
import { type ConnectionVariable, connectionVariables, methodPasswords } from "./connection-variables.ts";

type Schema = boolean | { readonly [keyword: string]: unknown };

export function inventorySchema(): object {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    // What one branch describes the other takes, too: an editor completes from both until the file has said what it is.
    if: { required: ["plugin"] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it so
    then: { $ref: "#/definitions/cluster" },
    else: { $ref: "#/definitions/groups" },
    definitions: {
      groups: {
        properties: { all: { description: "The group of all hosts", $ref: "#/definitions/group" } },
        additionalProperties: { $ref: "#/definitions/group" },
      },
      group: group(),
      hosts: hosts(),
      hostvars: { type: ["object", "null"], properties: variables() },
      groupvars: { type: ["object", "null"], properties: { ...variables(), ...ofGroupsAlone } },
      cluster: cluster(),
    },
  };
}

const noList = "Write a name and a colon a line, without dashes";

function group(): Schema {
  return {
    type: ["object", "null"],
    properties: {
      hosts: { description: "The hosts of this very group", $ref: "#/definitions/hosts" },
      vars: { description: "What its hosts have in common", $ref: "#/definitions/groupvars" },
      children: {
        description: "Groups below this one, whose hosts are its hosts, too",
        // A lone name stands for itself.
        type: ["object", "string", "null"],
        errorMessage: noList,
        additionalProperties: { $ref: "#/definitions/group" },
      },
    },
    propertyNames: {
      enum: ["hosts", "vars", "children"],
      errorMessage: "Not a key of a group: wanted hosts, vars or children",
    },
    errorMessage: "A group is a mapping with hosts, vars or children",
  };
}

function hosts(): Schema {
  return {
    type: ["object", "string", "null"],
    pattern: hostName.source,
    errorMessage: noList,
    propertyNames: {
      pattern: hostName.source,
      errorMessage:
        "Wanted a host's name, with ranges such as [01:20], [a:f] or [0:10:2], or a port behind it",
    },
    additionalProperties: { $ref: "#/definitions/hostvars" },
  };
}

const range = String.raw`\[(?:\d*:\d+|[a-zA-Z]:[a-zA-Z])(?::0*[1-9]\d*)?\]`;
const address6 = "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";

/** As host-names.ts takes them apart: an IPv6 address; or text with ranges, and a port where a colon stands outside of them. */
const hostName = new RegExp(
  `^(?:${address6}|\\[${address6}\\](?::\\d+)?|(?:[^\\[\\]:]|\\[[^\\[\\]:]*\\]|${range})+(?::\\d+)?)$`,
);

/** A template, or what ansible-vault encrypted: nothing is known of it before the run. */
const later = String.raw`\{[{%#]|^\$ANSIBLE_VAULT;`;

const ofGroupsAlone: Readonly<Record<string, Schema>> = {
  ansible_group_priority: {
    description: "Among groups of one depth, the variables of the higher one win",
    ...written("number"),
  },
};

/** Any other variable is whatever the playbooks make of it. */
function variables(): Readonly<Record<string, Schema>> {
  const all: readonly ConnectionVariable[] = [
    ...Object.values(connectionVariables),
    ...connectionVariables.becomeMethod.form.map((method) => ({
      ...connectionVariables.becomePassword,
      names: methodPasswords(method),
      help: `The password that ${method} needs: encrypt it`,
    })),
  ];
  return Object.fromEntries(
    all.flatMap(({ names: [first, ...older], help, form }) => [
      [first, { description: help, ...written(form) }],
      ...older.map((name) => [
        name,
        { description: `${help} (also ${first})`, doNotSuggest: true, ...written(form) },
      ]),
    ]),
  );
}

function written(form: ConnectionVariable["form"]): { readonly [keyword: string]: unknown } {
  if (form === "text") return { type: ["string", "number", "boolean", "null"] };
  if (form === "number")
    return {
      type: ["number", "string", "null"],
      pattern: `^\\s*\\d+(?:\\.\\d+)?\\s*$|${later}`,
      errorMessage: "Wanted a number",
    };
  if (form === "bool")
    return {
      type: ["boolean", "integer", "string", "null"],
      pattern: `^\\s*(?:${["true", "false", "yes", "no", "on", "off", "t", "f", "y", "n"].map(anyCase).join("|")}|0|1)\\s*$|${later}`,
      errorMessage: "Wanted true or false",
    };
  const errorMessage = `Wanted ${form.join(", ")}`;
  return {
    anyOf: [
      { enum: form, errorMessage },
      { type: ["string", "null"], pattern: later, errorMessage },
    ],
  };
}

/** A schema's patterns know no flags. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

function cluster(): Schema {
  const text: Schema = { type: "string" };
  const closer: Readonly<Record<string, Schema>> = {
    plugin: {
      enum: [pluginName],
      errorMessage: `Inventory plugins are Python: kmend has ${pluginName}, and reads what \`ansible-inventory --list --yaml\` writes`,
    },
    address: { enum: addresses, errorMessage: `Wanted ${addresses.join(", ")}` },
    hosts: { type: "object" },
    vars: { type: "object", properties: variables() },
  };
  return {
    properties: Object.fromEntries(
      Object.entries(clusterKeys).map(([key, description]) => [
        key,
        { description, ...((closer[key] ?? text) as object) },
      ]),
    ),
    additionalProperties: false,
  };
}
