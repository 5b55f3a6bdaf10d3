#!/usr/bin/env node
/** The command line: argv in, exit code out. The overview comes without the parser, so that it costs little more than
 *  Node itself. */

import { mkdirSync, statSync, writeSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { haveHome } from "./home.ts";
import { overviewFor } from "./overview.ts";

/** The oldest that the tests run on, as in package.json. */
const oldestNode = 24;

const argv = process.argv.slice(2);
const overview = overviewFor(argv);
if (overview === null && Number.parseInt(process.versions.node, 10) < oldestNode) {
  process.stderr.write(
    `Cannot run on Node ${process.versions.node}: kmend needs ${oldestNode} or newer\n  In a clone, \`npm ci\` brings one: node_modules/.bin/node\n`,
  );
  process.exitCode = 1;
} else if (overview === null) {
  haveHome();
  keepCompiled();
  const { runProgram } = await import("./program.ts");
  // Not awaited here: where the terminal goes away at a question Node would say that something was waited for in vain.
  runProgram(argv).then((code) => {
    process.exitCode = code;
  });
} else {
  print(overview);
}

/** Not by way of `process.stdout`: opening it as a stream takes as long as all of the rest. */
function print(text: string): void {
  try {
    writeSync(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}

/** Half of what a start costs is compiling. In the user's own cache folder, where nobody else can put anything: what lies there is
 *  run. Where it cannot be had, Node goes on without. */
function keepCompiled(): void {
  const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "kmend");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) module.enableCompileCache?.(folder);
  } catch {
    // a home that cannot be written
  }
}
