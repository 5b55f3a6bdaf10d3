/** The variables that say how a host is reached and whom to become there: the one table that the engine, and the schema for editors, go by. */

/** How such a variable is written. */
type VariableForm = "text" | "number" | "bool" | readonly string[];

export interface ConnectionVariable {
  /** Ansible's names for one thing, newest first; the first that is set wins. */
  readonly names: readonly [string, ...string[]];
  readonly help: string;
  readonly form: VariableForm;
}

export const connectionVariables = {
  address: {
    names: ["ansible_host", "ansible_ssh_host"],
    help: "Reach the host at this address or name; else at its name in the inventory",
    form: "text",
  },
  connection: {
    names: ["ansible_connection"],
    help: "Reach it by kmend's own ssh, by the system's ssh client, or on this very machine",
    form: ["ssh", "openssh", "local", "smart", "paramiko", "paramiko_ssh"],
  },
  port: { names: ["ansible_port", "ansible_ssh_port"], help: "Where its sshd listens", form: "number" },
  user: { names: ["ansible_user", "ansible_ssh_user"], help: "Log in as this user", form: "text" },
  password: {
    names: ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"],
    help: "Log in with this password: encrypt it",
    form: "text",
  },
  privateKey: {
    names: ["ansible_ssh_private_key_file", "ansible_private_key_file"],
    help: "Log in with this key, a file of the controller",
    form: "text",
  },
  sshCommonArgs: {
    names: ["ansible_ssh_common_args"],
    help: "Options for every ssh connection, such as `-J bastion`",
    form: "text",
  },
  sshExtraArgs: { names: ["ansible_ssh_extra_args"], help: "More options for ssh", form: "text" },
  hostKeyChecking: {
    names: ["ansible_host_key_checking", "ansible_ssh_host_key_checking"],
    help: "Whether an unknown host key fails the host",
    form: "bool",
  },
  timeout: {
    names: ["ansible_ssh_timeout", "ansible_timeout"],
    help: "Give up a connection after so many seconds",
    form: "number",
  },
  become: { names: ["ansible_become"], help: "Whether to act as another user", form: "bool" },
  becomeMethod: {
    names: ["ansible_become_method"],
    help: "How to become another user",
    form: ["sudo", "su", "doas"],
  },
  becomeUser: {
    names: ["ansible_become_user"],
    help: "Whom to become, root unless told otherwise",
    form: "text",
  },
  becomePassword: {
    names: ["ansible_become_password", "ansible_become_pass"],
    help: "The password that becoming needs: encrypt it",
    form: "text",
  },
  becomeExe: { names: ["ansible_become_exe"], help: "The program to become by", form: "text" },
  becomeFlags: { names: ["ansible_become_flags"], help: "The flags that it is given", form: "text" },
} as const satisfies Readonly<Record<string, ConnectionVariable>>;

/** The same for one way of becoming alone, such as `ansible_sudo_pass`; asked after those for any. */
export function methodPasswords(method: string): readonly [string, string] {
  return [`ansible_${method}_pass`, `ansible_${method}_password`];
}
