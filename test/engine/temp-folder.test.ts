import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { workplace } from "./local-run.ts";

t.test("a folder that somebody laid ready in /tmp is not written into", async (t) => {
  const place = workplace(t);
  place.write("victim", "precious");
  let trap = "";
  const { outcome, events } = await place.run(
    "- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: {content: evil, dest: DIR/file}\n",
    ["a"],
    (world) => {
      trap = join(tmpdir(), `kmend-${world.journal.run}-000001`);
      mkdirSync(trap);
      symlinkSync(place.at("victim"), join(trap, "0"));
      return world;
    },
  );
  t.teardown(() => rmSync(trap, { recursive: true, force: true }));
  t.equal(place.read("victim"), "precious");
  t.equal(outcome.exitCode, 2);
  t.notOk(place.has("file"));
  t.match(
    events.find((event) => event.type === "task:ended"),
    { result: { msg: /Cannot prepare the change on the host: .*File exists/ } },
  );
});
