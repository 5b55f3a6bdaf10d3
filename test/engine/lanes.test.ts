/** What hosts delegate to the controller goes on at once: the drain of one node does not wait for that of another. */

import t from "tap";
import { workplace } from "./local-run.ts";

const meeting = `
- hosts: all
  gather_facts: false
  vars: {other: "{{ {'a': 'b', 'b': 'a'}[inventory_hostname] }}"}
  tasks:
    - name: each waits for the other
      shell: |
        echo here > DIR/{{ inventory_hostname }}
        n=0; while [ ! -e DIR/{{ other }} ]; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.1; done
      delegate_to: localhost
      rollback:
        - file: {path: "DIR/{{ inventory_hostname }}", state: absent}
    - copy: {content: "{{ inventory_hostname }}", dest: "DIR/{{ inventory_hostname }}.kept"}
      delegate_to: localhost
`;

t.test("two hosts' tasks run at once on the controller, and are taken back", async (t) => {
  const place = workplace(t);
  const { outcome, events } = await place.run(meeting, ["a", "b"]);
  t.equal(outcome.exitCode, 0);
  for (const name of ["a", "b"]) t.equal(place.read(`${name}.kept`), name);
  const back = await place.rollback(events, ["a", "b"]);
  t.equal(back.outcome.exitCode, 0);
  for (const name of ["a", "b", "a.kept", "b.kept"]) t.notOk(place.has(name), name);
});
