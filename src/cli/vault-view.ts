import { harmless } from "../problem/problem.ts";
import { runOwnProgram } from "./own-program.ts";

/** On a terminal by $PAGER where it is set; else byte for byte on standard output, but for what would steer a terminal. */
export async function show(content: Buffer): Promise<void> {
  const pager = process.env["PAGER"];
  if (!process.stdout.isTTY) process.stdout.write(content);
  else if (pager) await runOwnProgram({ aim: "show it", variable: "PAGER", command: pager, input: content });
  else process.stdout.write(harmless(content.toString("utf8")));
}
