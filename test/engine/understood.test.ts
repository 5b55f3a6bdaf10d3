import t from "tap";
import type { HostModule } from "../../src/modules/modules.ts";
import { raw, sh } from "../../src/script/script.ts";
import { workplace } from "./local-run.ts";

/** Trips over what the host says, as a date that is none makes JavaScript's own trip. */
const trips: HostModule<object, string, never> = {
  kind: "host",
  name: "trips",
  summary: "Trip over what the host says",
  options: {},
  wayBack: "None.",
  inspect: () => ({
    script: sh`echo $KMEND_TRIP`,
    parse: (output) => new Date(Buffer.from(output.stdout).toString().trim()).toISOString(),
  }),
  plan: () => null,
  apply: () => raw(":"),
  revert: () => null,
};

t.test("an answer that a module trips over fails its host, and the others go on", async (t) => {
  const place = workplace(t);
  const { outcome, events } = await place.run(
    `- hosts: all
  gather_facts: false
  tasks:
    - trips:
      environment: {KMEND_TRIP: "{{ 'no date' if inventory_hostname == 'a' else '2026-01-01' }}"}
    - ping:
`,
    ["a", "b"],
    (world) => ({
      ...world,
      catalogue: { find: (name) => (name === "trips" ? trips : world.catalogue.find(name)) },
    }),
  );
  t.equal(outcome.exitCode, 2);
  t.match(outcome.recap, { a: { ok: 0, failed: 1 }, b: { ok: 2, failed: 0 } });
  t.match(
    events.find((event) => event.type === "task:ended" && event.host === "a"),
    { result: { msg: /^Cannot make sense of what the host says: Invalid time value\n/ } },
  );
});

t.test("JSON of a host as deep as a stack fails its host, and the others go on", async (t) => {
  // How deep is too deep for one of the many that walk through a result differs from system to system.
  const forms = [400, 1200, 2000, 2800, 3600].flatMap((depth) => [
    { depth, text: `${"[".repeat(depth)}1${"]".repeat(depth)}` },
    { depth, text: `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}` },
  ]);
  for (const { depth, text } of forms) {
    const place = workplace(t);
    place.write("deep.fact", text);
    const { outcome, events } = await place.run(
      `- hosts: all
  gather_facts: false
  tasks:
    - setup: {gather_subset: min, fact_path: DIR}
      when: inventory_hostname == 'a'
    - debug: {msg: "{{ ansible_local | default('') }}"}
`,
      ["a", "b"],
    );
    const about = `${depth} of ${text[0]}`;
    t.match(outcome.recap, { b: { ok: 1, failed: 0 } }, about);
    t.notOk(
      events.some((event) => event.type === "message:said"),
      about,
    );
    if (depth === 400) t.match(outcome.recap, { a: { failed: 1 } }, about);
  }
});
