/** What hosts say is read in time that grows with its length, whatever it is: one node must not hold up a run of a thousand. */

import t from "tap";
import { findModule, type HostModule, moduleNames, parseArguments } from "../../src/modules/modules.ts";
import { Dict, type Value } from "../../src/template/template.ts";

t.setTimeout(200_000);

const length = 60_000;
/** A reader that looks at a run of letters again from each of its places takes longer than this for one of that length. */
const mostMs = 1200;

const units = [..."\n\r\t a1=[{\"'./:#,-|<(\0&%", "a ", "a=", "1.", "a\n", " =", "a\r"];

const given: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  copy: { content: "x", dest: "/x" },
  file: { path: "/x", state: "touch" },
  template: { src: "x", dest: "/x" },
  lineinfile: { path: "/x", line: "y" },
  replace: { path: "/x", regexp: "y", replace: "z" },
  blockinfile: { path: "/x", block: "y" },
  command: { cmd: "x", creates: "/x" },
  shell: { cmd: "x", creates: "/x" },
  stat: { path: "/x" },
  slurp: { src: "/x" },
  service: { name: "x", state: "started" },
  systemd: { name: "x", state: "started" },
  yum: { name: "x" },
  yum_versionlock: { name: "x" },
  "kmend.kernel.parameter": { name: "x" },
  "kmend.package.secure": { name: "x" },
};

const setting = { checkMode: false, diff: true, user: "root", uid: 0, facts: new Dict(), brought: {} };

for (const name of moduleNames()) {
  const module = findModule(name);
  if (module?.kind !== "host" || module.name !== name) continue;
  const args = argumentsOf(module);
  if (args === null) continue;
  t.test(`${name} reads any text in time`, async (t) => {
    const inspection = module.inspect?.(args, setting) ?? null;
    const words = wordsOf(inspection?.script.text ?? "");
    const slow: string[] = [];
    for (const unit of units) {
      const evil = `${unit.repeat(length / unit.length)}x`;
      for (const [shape, stdout] of Object.entries(shapes(evil, words))) {
        const output = { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from(evil), durationMs: 1 };
        const began = process.cpuUsage();
        attempt(() => {
          const state: unknown = inspection?.parse(output) ?? null;
          const change: unknown = module.plan(state, args, setting);
          module.result?.({ args, state, change, output, setting, endedMs: 1 });
        });
        // The processor's time: on a busy machine the clock's says nothing.
        const tookMs = process.cpuUsage(began).user / 1000;
        if (tookMs > mostMs) slow.push(`${shape} of ${JSON.stringify(unit)}: ${Math.round(tookMs)} ms`);
      }
    }
    t.strictSame(slow, []);
  });
}

/** null: they cannot be made up here, or it needs none. */
function argumentsOf(module: HostModule): unknown {
  try {
    return parseArguments(module, Dict.of(given[module.name] ?? {}));
  } catch {
    return null;
  }
}

/** That it is refused is well: only how long that takes is asked here. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // refused
  }
}

/** The names that a script gives to what it says. */
function wordsOf(script: string): { readonly records: string[]; readonly lines: string[] } {
  const found = (pattern: RegExp) => [...new Set([...script.matchAll(pattern)].map(([, word = ""]) => word))];
  return {
    records: [...found(/(?:say|file|ran)(?: ok| unknown)? '?([\w.]+)/g), "local.x"],
    lines: found(/(?:echo|printf) '?"?([a-z0-9]+) /g),
  };
}

/** The forms in which modules have hosts answer, all of it made of the same evil. */
function shapes(evil: string, { records, lines }: ReturnType<typeof wordsOf>): Record<string, string> {
  return {
    text: evil,
    records: records.map((word) => `\x1e${word}\x1f${evil}`).join(""),
    evidence: records.map((word) => `\x1eok\x1f${word}\x1f/x\x1f${evil}`).join(""),
    lines: lines.map((word) => `${word} ${evil}`).join("\n"),
    file: `path p/x\nkind file\nstat 81a4|0|0|5|1|root|root\ncontent b${Buffer.from(evil).toString("base64")}\n.\numask 18\n`,
  };
}
