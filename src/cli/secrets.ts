import { readFileSync } from "node:fs";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import type { RunFlags } from "./run-options.ts";

export interface Secrets {
  readonly login?: string;
  readonly become?: string;
}

/** The passwords that flags ask for: from files, or from the terminal. They stay in memory.
 *  @throws KmendError `no-terminal`, `missing-file` */
export async function readSecrets(flags: RunFlags): Promise<Secrets> {
  const login = flags.connectionPasswordFile
    ? fileSecret(flags.connectionPasswordFile)
    : flags.askPass
      ? await askedOnce("SSH password")
      : undefined;
  const become = flags.becomePasswordFile
    ? fileSecret(flags.becomePasswordFile)
    : flags.askBecomePass
      ? await askedOnce("Become password (empty: the SSH password)")
      : undefined;
  return {
    ...(login === undefined ? {} : { login }),
    ...(become === undefined ? {} : { become: become === "" ? (login ?? "") : become }),
  };
}

/** Where a question stands: what is written to a file or a pipe is the answer of the command, not its questions. */
export function promptPaper(): NodeJS.WriteStream {
  return process.stdout.isTTY ? process.stdout : process.stderr;
}

const asked = new Map<string, Promise<string>>();

/** A command that runs several times over, as `fix` does, asks no second time. */
function askedOnce(message: string): Promise<string> {
  const answer = asked.get(message) ?? askSecret(message);
  asked.set(message, answer);
  return answer;
}

/** Asks on the terminal without an echo.
 *  @param instead the option that needs no terminal
 *  @param signal ends the question
 *  @throws KmendError `no-terminal` */
export async function askSecret(
  message: string,
  instead = "--connection-password-file or --become-password-file",
  signal?: AbortSignal,
): Promise<string> {
  // Without a terminal the prompt would wait for ever.
  if (!process.stdin.isTTY)
    throw new KmendError(
      {
        code: "no-terminal",
        message: `Cannot ask for "${message}": standard input is not a terminal`,
        hint: `Give it in a file with ${instead}`,
      },
      exitCodes.badOptions,
    );
  const { password } = await import("@inquirer/prompts");
  return password({ message, mask: false }, { output: promptPaper(), ...(signal ? { signal } : {}) });
}

function fileSecret(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read the password file ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Name a file that holds the password and that you may read.",
      },
      exitCodes.error,
      cause,
    );
  }
}
