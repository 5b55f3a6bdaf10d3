/** Draws the rooms' imports and fails on an arrow that points the wrong way. Cycles between files are the linter's. */

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Each room and what it may import, beside itself. ARCHITECTURE.md has the picture. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  problem: [],
  package: [],
  mask: [],
  vault: ["problem"],
  script: ["problem"],
  template: ["problem", "vault"],
  kmem: ["problem", "script", "template"],
  modules: ["problem", "script", "template", "kmem"],
  inventory: ["problem", "template", "vault"],
  playbook: ["problem", "template", "modules", "vault"],
  connection: ["problem", "script"],
  journal: ["problem"],
  engine: [
    "problem",
    "script",
    "template",
    "modules",
    "inventory",
    "playbook",
    "connection",
    "journal",
    "mask",
    "vault",
  ],
  report: ["problem", "journal"],
  plan: ["problem", "journal", "report"],
  telemetry: ["problem", "journal", "report"],
  wizard: ["problem", "journal", "report", "kmem"],
  lab: ["problem", "package", "script"],
  cli: [
    "problem",
    "package",
    "script",
    "template",
    "modules",
    "inventory",
    "playbook",
    "connection",
    "journal",
    "engine",
    "report",
    "plan",
    "telemetry",
    "wizard",
    "kmem",
    "lab",
    "mask",
    "vault",
  ],
};
/** Rooms that touch neither network nor clock nor disk... */
const pure = ["kmem", "template", "modules", "telemetry"];
const impure = /^node:(fs|net|http|https|child_process|dgram|tls|timers)/;
/** ... but for these, which read the controller's files where the language says so. */
const readers = ["src/template/lookups"];

const wrong: string[] = [];
for (const file of globSync("src/**/*.ts")) {
  const room = file.split("/")[1] ?? "";
  const allowed = rooms[room];
  if (!allowed) wrong.push(`${file}: the room "${room}" is not in the picture`);
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (pure.includes(room) && impure.test(target) && !readers.some((reader) => file.startsWith(reader)))
      wrong.push(`${file}: a pure room imports ${target}`);
    if (!target.startsWith(".")) continue;
    const other = normalize(join(dirname(file), target)).split("/")[1] ?? "";
    if (other !== room && !allowed?.includes(other))
      wrong.push(`${file}: ${room} must not import ${other} (${target})`);
  }
}
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  console.error(`${wrong.length} wrong arrows between rooms`);
  process.exitCode = 1;
} else {
  console.log(`rooms: every import goes the right way`);
}
