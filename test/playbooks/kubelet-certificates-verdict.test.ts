/** The verdict on a node's certificates, row by row: evidence in, group out. No host is needed for it. */

import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import t from "tap";
import { kmend } from "../cli/kmend.ts";

interface Certificate {
  readonly kind: string;
  readonly rotates: boolean;
  readonly days?: number;
  readonly used?: number;
  readonly source?: string;
  readonly until?: string;
  readonly unknown?: string;
}

/** One that ends in `days`, with `used` percent of its life over. */
const client = (days: number, used: number, rotates = true): Certificate => ({
  kind: "client",
  rotates,
  days,
  used,
  source: "/pki/client.pem",
  until: "2027-01-01 00:00:00",
});
const serving = (days: number, used: number, rotates = false): Certificate => ({
  ...client(days, used, rotates),
  kind: "serving",
  source: "/pki/kubelet.crt",
});
const unread = (kind: string): Certificate => ({ kind, rotates: true, unknown: `no ${kind} certificate` });
const fine = serving(200, 45);

interface Row {
  readonly is: string;
  readonly client: Certificate;
  readonly serving?: Certificate;
  readonly embedded?: true;
  readonly unread?: readonly string[];
  readonly verdict: "ok" | "expiring" | "expired" | "rotation_off" | "unknown";
}

const rows: readonly Row[] = [
  { is: "rotated, and half its life to go", client: client(180, 50), verdict: "ok" },
  { is: "rotated, near its end, and rotation overdue", client: client(29, 92), verdict: "expiring" },
  { is: "rotated, of one day: always near its end", client: client(0.5, 50), verdict: "ok" },
  { is: "rotated, of one day, and rotation overdue", client: client(0.05, 95), verdict: "expiring" },
  { is: "rotated, at nine tenths to the point", client: client(29, 90), verdict: "expiring" },
  { is: "rotated, past nine tenths, yet far from its end", client: client(30, 91), verdict: "ok" },
  { is: "not rotated, and near its end", client: client(29.9, 10, false), verdict: "expiring" },
  { is: "not rotated, and far from its end", client: client(30, 10, false), verdict: "rotation_off" },
  { is: "held by the kubeconfig itself", client: client(180, 50), embedded: true, verdict: "rotation_off" },
  { is: "ended this moment", client: client(0, 100), verdict: "expiring" },
  { is: "ended an hour ago", client: client(-0.04, 101), verdict: "expired" },
  { is: "ended, and not rotated", client: client(-3, 101, false), verdict: "expired" },
  { is: "the serving one ended", client: client(180, 50), serving: serving(-1, 101), verdict: "expired" },
  { is: "the serving one ends soon", client: client(180, 50), serving: serving(9, 97), verdict: "expiring" },
  {
    is: "the serving one is rotated, of one day",
    client: client(180, 50),
    serving: serving(0.5, 50, true),
    verdict: "ok",
  },
  { is: "the client one cannot be read", client: unread("client"), verdict: "unknown" },
  {
    is: "the serving one cannot be read",
    client: client(180, 50),
    serving: unread("serving"),
    verdict: "unknown",
  },
  {
    is: "the client one cannot be read, and the serving one ended",
    client: unread("client"),
    serving: serving(-1, 101),
    verdict: "expired",
  },
  {
    is: "rotation off, and the serving one cannot be read",
    client: client(180, 50, false),
    serving: unread("serving"),
    verdict: "unknown",
  },
  {
    is: "the configuration cannot be read, so that rotation is not known",
    client: client(180, 50, false),
    unread: ["/config.yaml cannot be read"],
    verdict: "unknown",
  },
];

t.test("the verdict", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kmend-certificates-"));
  t.teardown(() => rm(folder, { recursive: true }));
  await symlink(resolve("playbooks/roles"), join(folder, "roles"));
  const hosts = Object.fromEntries(
    rows.map((row, index) => [
      `row-${index}`,
      {
        ansible_connection: "local",
        kubelet_certificates: {
          kubeconfig: "/kubelet.conf",
          embedded: row.embedded ?? false,
          unread: row.unread ?? [],
          client: row.client,
          serving: row.serving ?? fine,
        },
      },
    ]),
  );
  await writeFile(join(folder, "inventory.yml"), JSON.stringify({ all: { hosts } }));
  await writeFile(
    join(folder, "sort.yml"),
    JSON.stringify([
      {
        hosts: "all",
        gather_facts: false,
        tasks: [
          { import_role: { name: "kubelet_certificates", tasks_from: "sort" } },
          {
            debug: {
              msg: "{{ inventory_hostname }} in {{ group_names | select('match', 'kubelet_cert') | list }}",
            },
          },
        ],
      },
    ]),
  );
  const end = await kmend(["run", "-i", "inventory.yml", "sort.yml", "--output", "plain"], { cwd: folder });
  t.equal(end.code, 0, end.stdout + end.stderr);
  for (const [index, { is, verdict, client, serving = fine }] of rows.entries())
    t.test(`${is}: ${verdict}`, async (t) => {
      t.match(end.stdout, `row-${index} in ['kubelet_certificates_${verdict}']`);
      for (const { unknown } of [client, serving]) if (unknown) t.match(end.stdout, unknown);
    });
});
