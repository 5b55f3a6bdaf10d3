/** A file module's script that is cut off at any command: planned anew it ends as an undisturbed one, reverted it leaves nothing. */

import t from "tap";
import { type AnyChange, findModule, type HostModule } from "../../src/modules/modules.ts";
import { raw, sh } from "../../src/script/script.ts";
import { type Dict, fromJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

const programs = ["mkdir", "chmod", "chown", "mv", "cp", "cat", "ln", "rm", "rmdir"];
const here = setting();

/** Each host was made at a time of its own. */
const look = (host: Host): string => host.tree().replaceAll(/ \d{9,}(?= |$)/gm, "");

/** The session is gone when that many commands have run. */
const cutAfter = (count: number): string =>
  `kmend_left=${count}\n${programs
    .map(
      (name) =>
        `${name}() { [ $kmend_left -gt 0 ] || exit 137; kmend_left=$((kmend_left - 1)); command ${name} "$@"; }`,
    )
    .join("\n")}\n`;

for (const [name, before, given] of [
  ["file", "", { path: "@/new/inner/last", state: "directory", mode: "0750" }],
  ["file", "echo x > real", { path: "@/link", src: "real", state: "link" }],
  ["file", "mkdir -p old/inner; echo x > old/inner/y", { path: "@/old", state: "absent" }],
  ["copy", "echo old > file", { content: "new\n", dest: "@/file", mode: "0640" }],
] as const)
  for (const [shell, argv] of Object.entries(shells).filter(([name]) => name === "dash" || name === "bash"))
    t.test(`${name} ${JSON.stringify(given)} (${shell})`, async (t) => {
      const module = findModule(name) as HostModule;
      const started = (): { host: Host; plan: () => AnyChange | null } => {
        const host = new Host(argv);
        t.teardown(() => host.remove());
        host.run(raw(before || ":"));
        const values = JSON.parse(JSON.stringify(given).replaceAll("@", host.work)) as object;
        const args = argumentsOf(module, fromJson(values) as Dict);
        return { host, plan: () => module.plan(host.inspect(module, args, here), args, here) };
      };
      // The whole, for comparison.
      const whole = started();
      const old = look(whole.host);
      whole.host.apply(module, whole.plan() as AnyChange, {});
      const done = look(whole.host);
      for (let count = 0; ; count += 1) {
        const { host, plan } = started();
        const change = plan() as AnyChange;
        for (const upload of module.uploads?.(change, host.where) ?? [])
          if ("bytes" in upload)
            host.run(sh`printf %s ${new TextDecoder().decode(upload.bytes)} > ${upload.to}`);
        const apply = module.apply(change, host.where);
        const { code } = host.run(raw(cutAfter(count) + apply.text));
        if (code === 0) break;
        if (module.tidy) host.run(module.tidy(change, host.where));
        const again = plan();
        if (again) t.equal(host.apply(module, again, {}).code, 0, `again after ${count} commands`);
        t.equal(look(host), done, `cut off after ${count} commands, and done again`);
        const other = started();
        const same = other.plan() as AnyChange;
        for (const upload of module.uploads?.(same, other.host.where) ?? [])
          if ("bytes" in upload)
            other.host.run(sh`printf %s ${new TextDecoder().decode(upload.bytes)} > ${upload.to}`);
        other.host.run(raw(cutAfter(count) + module.apply(same, other.host.where).text));
        const revert = module.revert(same, other.host.where);
        if (revert) t.equal(other.host.run(revert).code, 0, `reverted after ${count} commands`);
        if (module.tidy) other.host.run(module.tidy(same, other.host.where));
        t.equal(look(other.host), old, `cut off after ${count} commands, and taken back`);
      }
    });
