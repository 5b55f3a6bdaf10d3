/** A rollback goes from the newest to the oldest of what a host had done, also where some of it was done elsewhere. */

import t from "tap";
import { workplace } from "./local-run.ts";

/** Each host leaves, is changed, and joins, and its reverts write down when they were. */
const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: leave
      command: "true"
      delegate_to: cluster
      rollback: [{shell: "echo {{ inventory_hostname }} joined >> DIR/told"}]
    - name: change
      command: "true"
      rollback: [{shell: "sleep 0.3; echo {{ inventory_hostname }} is as before >> DIR/told"}]
    - name: join
      command: "true"
      delegate_to: cluster
      rollback: [{shell: "echo {{ inventory_hostname }} left >> DIR/told"}]
`;

for (const forks of [1, 50])
  t.test(`with forks ${forks}`, async (t) => {
    const place = workplace(t);
    const hosts = ["a", "b"];
    const { outcome, events } = await place.run(playbook, [...hosts, "cluster"], (world) => ({
      ...world,
      options: { ...world.options, limit: "a:b" },
    }));
    t.equal(outcome.exitCode, 0);
    const back = await place.rollback(events, [...hosts, "cluster"], (world) => ({
      ...world,
      options: { ...world.options, forks },
    }));
    t.equal(back.outcome.exitCode, 0);
    const told = place.read("told").trim().split("\n");
    for (const host of hosts)
      t.strictSame(
        told.filter((line) => line.startsWith(host)),
        [`${host} left`, `${host} is as before`, `${host} joined`],
      );
  });
