/**
 * Acting as somebody else: the command lines of sudo, su and doas, and what their refusals mean.
 *
 * The password goes to the program's stdin once its prompt is seen, so it is in no argument list and no environment.
 */

import { quote, raw, type Script, sh } from "../../script/script.ts";
import type { Become } from "../connection.ts";
import { maskInTrace } from "../trace.ts";
import { freshMark } from "./frame.ts";

/** A command line that asks, or does not ask, for a password. */
export interface BecomeCommand {
  readonly line: string;
  /** What stands on stderr when it waits for the password. */
  readonly prompt?: string | RegExp;
  readonly password?: string;
}

/** The command line by which `start` (sh) runs as another user. */
export function becomeCommand(become: Become, start: string): BecomeCommand {
  maskInTrace(become.password);
  const withPassword = become.password === undefined ? {} : { password: become.password };
  const exe = become.exe ? raw(become.exe) : sh`${become.method}`;
  const flags = (byDefault: string): Script => raw(become.flags ?? byDefault);
  switch (become.method) {
    case "sudo": {
      // A prompt of our own, so that nothing else on stderr is taken for it.
      const prompt = `[${freshMark()}] password:`;
      const ask = become.password === undefined ? raw("-n") : sh`-S -p ${prompt}`;
      return {
        line: sh`LC_ALL=C exec ${exe} ${asking(flags("-H"), become)} ${ask} -u ${become.user} -- /bin/sh -c ${start}`
          .text,
        prompt,
        ...withPassword,
      };
    }
    case "su":
      // Through PAM, su reads its password from stdin where there is no terminal.
      return {
        line: sh`LC_ALL=C exec ${exe} ${flags("")} -s /bin/sh -c ${start} ${become.user}`.text,
        prompt: /[Pp]assword(?: for [^\n:]*)?: ?$/m,
        ...withPassword,
      };
    case "doas":
      return { line: sh`LC_ALL=C exec ${exe} ${flags("-n")} -u ${become.user} /bin/sh -c ${start}`.text };
    default: {
      const never: never = become.method;
      throw new Error(`Cannot become by ${String(never)}`);
    }
  }
}

/** Flags that forbid asking make no sense with a password to answer: playbooks carry `-H -S -n` from elsewhere. */
function asking(flags: Script, become: Become): Script {
  if (become.password === undefined) return flags;
  return raw(flags.text.replace(/(^|\s)(-n|--non-interactive)(?=\s|$)/g, "$1"));
}

interface Refusal {
  readonly said: RegExp;
  readonly sentence: (become: Become) => string;
  readonly hint: (become: Become) => string;
}

const hintPassword = () => "Give the right one with `-K`, or set `ansible_become_password` for this host.";

/** In this order: the first that matches what the program said explains it. */
const refusals: readonly Refusal[] = [
  {
    said: /unknown user|does not exist|no passwd entry|user .* unknown|invalid user/i,
    sentence: ({ user }) => `the host has no user ${user}`,
    hint: () => "Check `become_user:`.",
  },
  {
    said: /not found|No such file or directory|not recognized/i,
    sentence: ({ method, exe }) => `${exe ?? method} is not installed there`,
    hint: ({ method }) =>
      `Install it, log in as the user itself, or choose another way: \`become_method:\` is ${method}.`,
  },
  {
    said: /must have a tty|must be run from a terminal|standard in must be a tty/i,
    sentence: ({ method }) => `its ${method} insists on a terminal, and a shell session has none`,
    hint: () => "Remove `Defaults requiretty` from its sudoers for this user.",
  },
  {
    said: /not in the sudoers|not allowed to|may not run|Operation not permitted|not permitted/i,
    sentence: ({ method, user }) => `${method} does not allow this login to become ${user}`,
    hint: ({ user }) => `Allow it there (sudoers, doas.conf), or log in as ${user}.`,
  },
  {
    said: /^doas: (?!not found)/m,
    sentence: () => "doas wants a password, and takes one only at a terminal",
    hint: () => "Add a `nopass` rule for this login to its doas.conf, or use `become_method: sudo`.",
  },
  {
    said: /password is required|a terminal is required|Authentication required|Authorization required/i,
    sentence: ({ method, password }) =>
      password === undefined
        ? `${method} wants a password and none was given`
        : `${method} did not take the password`,
    hint: hintPassword,
  },
];

/** What a failed become means: a sentence and the way out. `hasAnswered`: the password was sent. */
export function explainRefusal(
  host: string,
  become: Become,
  said: string,
  hasAnswered: boolean,
): [string, string] {
  const what = `${host}: Cannot become ${become.user} by ${become.method}: `;
  const known = refusals.find((refusal) => refusal.said.test(said));
  if (known) return [what + known.sentence(become), known.hint(become)];
  if (hasAnswered) return [`${what}the password is wrong`, hintPassword()];
  if (/password/i.test(said) && become.password === undefined) {
    return [`${what}it wants a password and none was given`, hintPassword()];
  }
  const last = said.trim().split("\n").at(-1)?.trim();
  return [
    `${what}${last ? `it said: ${last}` : "it ended without a word"}`,
    `Try it by hand on the host:\n    ${become.exe ?? become.method} ${become.method === "su" ? "" : "-u "}${quote(become.user)}`,
  ];
}
