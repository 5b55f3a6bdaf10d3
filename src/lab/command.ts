/** Running one of the machine's programs to its end. */

import { spawn } from "node:child_process";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, with `input` on its stdin; never fails for its exit code. */
export function runProgram(program: string, args: readonly string[], input = ""): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: plainEnvironment });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => {}); // it may end without reading
    child.stdin.end(input);
  });
}

/** The same, where anything but 0 is a failure. */
export async function must(program: string, args: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args, input);
  if (code === 0) return stdout;
  throw new Error(`${[program, ...args].join(" ")} exited with ${code}, wanted 0: ${stderr.trim()}`);
}

/** Nothing of the caller's settings reaches what runs in the hosts. */
const plainEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C.UTF-8",
};
