/** What we understand of ssh's own options, as lines of its configuration: they win over every file, as they do there. */

import { exitCodes, KmendError } from "../../problem/problem.ts";

/** What a text such as `-J bastion -o "ConnectTimeout=5"` asks for. */
export interface SshArguments {
  /** Configuration lines, in their order. */
  readonly lines: readonly string[];
  /** The file of `-F`. */
  readonly configFile?: string;
}

const options: Readonly<Record<string, string>> = { J: "ProxyJump", i: "IdentityFile", p: "Port", l: "User" };
/** Flags that make no difference to a session of ours. */
const harmless = /^-[CqvTxan]+$/;

/** @throws KmendError `unknown-ssh-option` */
export function parseSshArguments(text: string | undefined): SshArguments {
  const words = splitWords(text ?? "");
  const lines: string[] = [];
  let configFile: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, letter = "", attached = ""] = /^-([oJFipl])(.*)$/s.exec(word) ?? [];
    if (letter === "" && harmless.test(word)) continue;
    const value = attached || words[++at];
    if (letter === "" || value === undefined) throw unknown(word, text ?? "");
    if (letter === "F") configFile = value;
    else if (letter === "o") lines.push(value.replace(/^\s*(\w+)\s*[=\s]\s*/, "$1 "));
    else lines.push(`${options[letter]} ${value}`);
  }
  return configFile === undefined ? { lines } : { lines, configFile };
}

function unknown(word: string, text: string): KmendError {
  return new KmendError(
    {
      code: "unknown-ssh-option",
      message: `Cannot use the ssh arguments ${JSON.stringify(text)}: ${word} is not understood here`,
      hint: "Understood are -o, -J, -F, -i, -p and -l. For any other, use the system's ssh: `ansible_connection: openssh`.",
    },
    exitCodes.badOptions,
  );
}

/** Words as a shell would split them: quotes of both kinds and backslashes. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gsy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    words.push(
      (match[1] ?? "").replace(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
        (_all, bare, double, single) => bare ?? single ?? double?.replace(/\\(["\\$`])/g, "$1"),
      ),
    );
  }
  return words;
}
