import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { exitCodes, KmendError } from "../problem/problem.ts";

/** What `ansible.cfg` and `ANSIBLE_*` say, of what kmend has; a flag wins over each. */
export interface Settings {
  readonly inventory?: string;
  readonly remoteUser?: string;
  readonly privateKeyFile?: string;
  readonly forks?: number;
  readonly timeoutS?: number;
  readonly taskTimeoutS?: number;
  readonly hostKeyChecking?: boolean;
  readonly jinja2Native?: boolean;
  readonly become?: boolean;
  readonly becomeMethod?: string;
  readonly becomeUser?: string;
  readonly sshArgs?: string;
  readonly rolesPath?: string;
  readonly vaultPasswordFile?: string;
  /** The label of passwords and envelopes that have none. */
  readonly vaultIdentity?: string;
  /** `LABEL@SOURCE,LABEL@SOURCE`. */
  readonly vaultIdentityList?: string;
  readonly vaultIdMatch?: boolean;
  /** Which label `kmend vault` encrypts with, of several. */
  readonly vaultEncryptIdentity?: string;
  /** Settings that kmend does not know, each with where it stands. */
  readonly unknown: readonly string[];
}

type Name = Exclude<keyof Settings, "unknown">;

/** Each setting: its environment variable, its section and key in ansible.cfg. docs/compatibility.md is made from it. */
export const settingsTable: Readonly<
  Record<
    Name,
    {
      readonly env: string;
      readonly section: string;
      readonly key: string;
      readonly type: "text" | "number" | "bool";
    }
  >
> = {
  inventory: { env: "ANSIBLE_INVENTORY", section: "defaults", key: "inventory", type: "text" },
  remoteUser: { env: "ANSIBLE_REMOTE_USER", section: "defaults", key: "remote_user", type: "text" },
  privateKeyFile: {
    env: "ANSIBLE_PRIVATE_KEY_FILE",
    section: "defaults",
    key: "private_key_file",
    type: "text",
  },
  forks: { env: "ANSIBLE_FORKS", section: "defaults", key: "forks", type: "number" },
  timeoutS: { env: "ANSIBLE_TIMEOUT", section: "defaults", key: "timeout", type: "number" },
  taskTimeoutS: { env: "ANSIBLE_TASK_TIMEOUT", section: "defaults", key: "task_timeout", type: "number" },
  hostKeyChecking: {
    env: "ANSIBLE_HOST_KEY_CHECKING",
    section: "defaults",
    key: "host_key_checking",
    type: "bool",
  },
  jinja2Native: { env: "ANSIBLE_JINJA2_NATIVE", section: "defaults", key: "jinja2_native", type: "bool" },
  become: { env: "ANSIBLE_BECOME", section: "privilege_escalation", key: "become", type: "bool" },
  becomeMethod: {
    env: "ANSIBLE_BECOME_METHOD",
    section: "privilege_escalation",
    key: "become_method",
    type: "text",
  },
  becomeUser: {
    env: "ANSIBLE_BECOME_USER",
    section: "privilege_escalation",
    key: "become_user",
    type: "text",
  },
  sshArgs: {
    env: "ANSIBLE_SSH_COMMON_ARGS",
    section: "ssh_connection",
    key: "ssh_common_args",
    type: "text",
  },
  rolesPath: { env: "ANSIBLE_ROLES_PATH", section: "defaults", key: "roles_path", type: "text" },
  vaultPasswordFile: {
    env: "ANSIBLE_VAULT_PASSWORD_FILE",
    section: "defaults",
    key: "vault_password_file",
    type: "text",
  },
  vaultIdentity: { env: "ANSIBLE_VAULT_IDENTITY", section: "defaults", key: "vault_identity", type: "text" },
  vaultIdentityList: {
    env: "ANSIBLE_VAULT_IDENTITY_LIST",
    section: "defaults",
    key: "vault_identity_list",
    type: "text",
  },
  vaultIdMatch: { env: "ANSIBLE_VAULT_ID_MATCH", section: "defaults", key: "vault_id_match", type: "bool" },
  vaultEncryptIdentity: {
    env: "ANSIBLE_VAULT_ENCRYPT_IDENTITY",
    section: "defaults",
    key: "vault_encrypt_identity",
    type: "text",
  },
};

const isPath: readonly Name[] = ["inventory", "privateKeyFile", "rolesPath", "vaultPasswordFile"];

/** Reads `$ANSIBLE_CONFIG`, else `ansible.cfg` here, else `~/.ansible.cfg`, else /etc/ansible's; then the environment over it.
 *  @throws KmendError `bad-setting` */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const file = [
    env["ANSIBLE_CONFIG"],
    "ansible.cfg",
    join(homedir(), ".ansible.cfg"),
    "/etc/ansible/ansible.cfg",
  ].find((path) => path !== undefined && path !== "" && isFile(path));
  const given = file === undefined ? [] : parseConfig(readFileSync(file, "utf8"));
  const settings: Partial<Record<Name, unknown>> = {};
  for (const name of Object.keys(settingsTable) as Name[]) {
    const { env: variable, section, key, type } = settingsTable[name];
    const line = given.find((each) => each.section === section && each.key === key);
    const fromFile = line && isPath.includes(name) && file ? located(name, line.value, file) : line?.value;
    const value = env[variable] ?? fromFile;
    if (value !== undefined)
      settings[name] = typed(value, type, env[variable] === undefined ? `${file}: ${key}` : variable);
  }
  return { ...settings, unknown: [...unknownLines(given, file ?? ""), ...unknownVariables(env)] } as Settings;
}

/** What a file names is beside that file. */
function located(name: Name, value: string, file: string): string {
  const paths = name === "rolesPath" ? value.split(":") : [value];
  return paths.map((path) => (path.startsWith("~/") ? path : resolve(dirname(file), path))).join(":");
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

interface ConfigLine {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

function parseConfig(source: string): ConfigLine[] {
  let section = "";
  return source.split("\n").flatMap((text, index) => {
    const heading = /^\[(.+)\]\s*$/.exec(text.trim());
    if (heading) section = heading[1] ?? "";
    const pair = /^([a-zA-Z0-9_]+)\s*[=:]\s*(.*?)(\s+;.*)?$/.exec(text.trim());
    return pair && !heading ? [{ section, key: pair[1] ?? "", value: pair[2] ?? "", line: index + 1 }] : [];
  });
}

function typed(value: string, type: "text" | "number" | "bool", where: string): string | number | boolean {
  if (type === "text") return value;
  if (type === "number" && /^\d+$/.test(value)) return Number(value);
  if (type === "bool" && /^(true|yes|on|1|t|y)$/i.test(value)) return true;
  if (type === "bool" && /^(false|no|off|0|f|n)$/i.test(value)) return false;
  throw new KmendError(
    { code: "bad-setting", message: `${where}: Cannot read "${value}": it is no ${type}` },
    exitCodes.badOptions,
  );
}

function unknownLines(lines: readonly ConfigLine[], file: string): string[] {
  const isKnown = (line: ConfigLine): boolean =>
    Object.values(settingsTable).some((each) => each.section === line.section && each.key === line.key);
  return lines.filter((line) => !isKnown(line)).map((line) => `${file}:${line.line}: ${line.key}`);
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = ["ANSIBLE_CONFIG", ...Object.values(settingsTable).map((each) => each.env)];
  return Object.keys(env).filter((name) => name.startsWith("ANSIBLE_") && !known.includes(name));
}
