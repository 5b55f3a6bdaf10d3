/** What is said of a `--limit` before a host is asked. */

import { join } from "node:path";
import t, { type Test } from "tap";
import { checkLimit, type Inventory, loadInventory } from "../../src/inventory/inventory.ts";
import type { KmendError } from "../../src/problem/problem.ts";

const source = "[web]\nweb-1\nweb-2\nweb-3\n[db]\ndb-1\n";

async function hosts(t: Test): Promise<Inventory> {
  return loadInventory([join(t.testdir({ hosts: source }), "hosts")]);
}

t.test(
  "one that leaves no host is an error, with each part that named nothing and what was meant",
  async (t) => {
    const inventory = await hosts(t);
    const said = (limit: string): KmendError["problems"][number] | undefined => {
      try {
        checkLimit(inventory, limit);
      } catch (error) {
        t.equal((error as KmendError).exitCode, 1);
        return (error as KmendError).problems[0];
      }
      return undefined;
    };
    t.strictSame(said("web1:&nosuch"), {
      code: "empty-limit",
      message:
        "Specified inventory, hosts pattern and/or --limit leaves us with no hosts to target: web1:&nosuch",
      hint: [
        'Could not match supplied host pattern, ignoring: web1. Did you mean "web" or "web-1"?',
        "Could not match supplied host pattern, ignoring: nosuch",
        "Look at the hosts there are:\n    kmend inventory --graph",
      ].join("\n"),
    });
    t.equal(said("web:!web")?.hint, "Look at the hosts there are:\n    kmend inventory --graph");
    t.match(said("eb-")?.hint, /Did you mean "web-1", "web-2" or "web-3"\?/, "those that hold it");
  },
);

t.test("one of which a part names hosts is only warned of", async (t) => {
  const inventory = await hosts(t);
  t.strictSame(checkLimit(inventory, undefined), []);
  t.strictSame(checkLimit(inventory, "web-1,db"), []);
  const [warning, ...others] = checkLimit(inventory, "web-1,wbe-2");
  t.match(warning, { severity: "warning", hint: /^Did you mean "web-2"/ });
  t.strictSame(others, []);
});
