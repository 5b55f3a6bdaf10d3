/** A script that goes on after its host was taken for lost: whoever comes next waits for it, and looks only then. */

import t, { type Test } from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Module } from "../../src/modules/modules.ts";
import { AdriftHost } from "./adrift-host.ts";
import { type Workplace, workplace } from "./local-run.ts";

t.setTimeout(60_000);

const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "new\\n", dest: DIR/file}
`;

t.test("a rollback does not take a late script's change for one that was never made", async (t) => {
  const { place, host } = withAdriftHost(t);
  const { events, outcome } = await place.run(playbook, ["a"], host.losingItsLink);
  t.equal(outcome.exitCode, 4, "the link was lost");
  t.ok(
    events.some(({ type }) => type === "change:recorded"),
    "in a change",
  );
  t.equal(place.read("file"), "old\n", "its script is still at work");
  const back = await place.rollback(events, ["a"], host.found);
  await host.lateOnes();
  t.equal(back.outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n", "what it brought about was taken back");
});

t.test("a resume finds done what a late script has done, and does it no second time", async (t) => {
  const { place, host } = withAdriftHost(t);
  const { events } = await place.run(playbook, ["a"], host.losingItsLink);
  const on = await place.resume(events, ["a"], {}, undefined, (world) => withoutTidying(host.found(world)));
  await host.lateOnes();
  t.equal(on.outcome.exitCode, 0);
  t.equal(place.read("file"), "new\n");
  t.equal(on.events.filter(({ type }) => type === "change:recorded").length, 1);
});

t.test(
  "a resume that a late script keeps waiting too long leaves its change under way for the next",
  async (t) => {
    const { place, host } = withAdriftHost(t);
    const { events } = await place.run(playbook, ["a"], host.losingItsLink);
    const busy = await place.resume(events, ["a"], {}, undefined, (world) =>
      withoutTidying(host.foundBusy(world)),
    );
    t.equal(busy.outcome.exitCode, 2);
    t.ok(
      busy.events.some((event) => JSON.stringify(event).includes("still runs there")),
      "it says why",
    );
    await host.lateOnes();
    const on = await place.resume(busy.events, ["a"], { retryFailed: true }, undefined, (world) =>
      withoutTidying(host.found(world)),
    );
    t.equal(on.outcome.exitCode, 0);
    await host.lateOnes();
    t.match(on.outcome.recap, { a: { ok: 1, changed: 1 } }, "the run has changed it");
    t.equal(place.read("file"), "new\n");
  },
);

t.test("a run that has lost the link and made it anew changes nothing beside its late script", async (t) => {
  for (const as of ["", "\n      become: true\n      become_user: another"]) {
    const { place, host } = withAdriftHost(t);
    const { outcome } = await place.run(
      `
- hosts: all
  gather_facts: false
  tasks:
    - shell: echo one >> DIR/log
      ignore_unreachable: true${as}
    - meta: reset_connection
    - shell: echo two >> DIR/log
`,
      ["a"],
      host.losingItsLink,
    );
    await host.lateOnes();
    t.equal(outcome.exitCode, 0);
    t.equal(place.read("log"), "one\ntwo\n", as);
  }
});

/** Most modules, those of packages say, leave nothing behind that would have to be tidied up first. */
function withoutTidying(world: World): World {
  const { find } = world.catalogue;
  const plain = (name: string): Module | undefined => {
    const module = find(name);
    if (module?.kind !== "host") return module;
    const { tidy: _, ...rest } = module;
    return rest;
  };
  return { ...world, catalogue: { ...world.catalogue, find: plain } };
}

function withAdriftHost(t: Test): { place: Workplace; host: AdriftHost } {
  const place = workplace(t);
  place.write("file", "old\n");
  return { place, host: new AdriftHost(place.folder) };
}
