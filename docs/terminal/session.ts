/** A shell on a real pseudo-terminal, and what it printed when: what pages and pictures of the command line are made of. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A piece of output. `atMs` counts from the start of its command. */
export interface Chunk {
  readonly atMs: number;
  readonly text: string;
}

/** One command, and all that came of it. */
export interface Ran {
  readonly command: string;
  /** null when the shell ended before it. */
  readonly status: number | null;
  readonly chunks: readonly Chunk[];
  readonly tookMs: number;
}

export interface HowToType {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** All of them together; what is unfinished then is ended, and the rest is not begun. */
  readonly timeoutMs: number;
}

/** Whether util-linux lends pseudo-terminals here; the `script` of other systems takes other options. */
export const canType = (): boolean =>
  /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

// No terminal shows it, and no program prints it.
const mark = /\x1b\]7777;(begin|end);(\d+)\x07/;

/**
 * Types the commands into one bash, one after the other: aliases, variables and `cd` last from one to the next. `script` of
 * util-linux lends the pseudo-terminal, so that every program does what it does for a person.
 */
export async function typeInto(commands: readonly string[], how: HowToType): Promise<readonly Ran[]> {
  const folder = await mkdtemp(join(tmpdir(), "kmend-session-"));
  try {
    const file = join(folder, "session.sh");
    await writeFile(file, sessionScript(commands, how));
    return await listen(file, commands, how);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function sessionScript(commands: readonly string[], { columns, rows }: HowToType): string {
  return [
    `shopt -s expand_aliases; stty columns ${columns} rows ${rows}; status=0`,
    ...commands.flatMap((command) => [
      // What `$?` is for the command, is what the one before it left.
      "printf '\\033]7777;begin;0\\007'; (exit $status)",
      command,
      "status=$?; printf '\\033]7777;end;%s\\007' $status",
    ]),
    "",
  ].join("\n");
}

async function listen(file: string, commands: readonly string[], how: HowToType): Promise<readonly Ran[]> {
  const shell = spawn(
    "script",
    ["--quiet", "--flush", "--return", "--command", `bash ${file}`, "/dev/null"],
    {
      cwd: how.cwd,
      env: { ...how.env, TERM: "xterm-256color" },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: how.timeoutMs,
    },
  );
  const ran: Ran[] = [];
  let [rest, startedAt, chunks] = ["", 0, [] as Chunk[]];
  const keep = (text: string): void => {
    if (text !== "") chunks.push({ atMs: performance.now() - startedAt, text });
  };
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    rest += text;
    for (let found = mark.exec(rest); found; found = mark.exec(rest)) {
      keep(rest.slice(0, found.index));
      rest = rest.slice(found.index + found[0].length);
      if (found[1] === "begin") [startedAt, chunks] = [performance.now(), []];
      else
        ran.push({
          command: commands[ran.length] ?? "",
          status: Number(found[2]),
          chunks,
          tookMs: performance.now() - startedAt,
        });
    }
    // A mark may have come by half.
    const half = rest.lastIndexOf("\x1b");
    const whole = half >= 0 && rest.length - half < 24 ? half : rest.length;
    keep(rest.slice(0, whole));
    rest = rest.slice(whole);
  });
  await once(shell, "close");
  const unfinished = commands[ran.length];
  if (unfinished !== undefined) {
    keep(rest);
    ran.push({ command: unfinished, status: null, chunks, tookMs: performance.now() - startedAt });
  }
  return ran;
}
