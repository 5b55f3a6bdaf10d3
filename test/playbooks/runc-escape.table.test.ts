/** The verdict on a runc: a row for each kind of program, judged by the role itself, on no host. */

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import t from "tap";
import { kmend } from "../cli/kmend.ts";

/** Path, version, package manager, package, whether its changelog was read, the CVEs that it names, those that its version mended. */
type Program = readonly [string, string, string, string, string, string, string];

interface Row {
  readonly because: string;
  readonly programs: readonly Program[];
  readonly asked?: readonly string[];
  readonly accepted?: readonly string[];
  readonly verdict: string;
  readonly says?: string;
}

const leaky = "CVE-2024-21626";
const masked = "CVE-2025-31133";
const own = (version: string): readonly Program[] => [["/usr/local/bin/runc", version, "", "", "no", "", ""]];
const packaged = (version: string, named: string, isRead = "yes", mended = ""): readonly Program[] => [
  ["/usr/sbin/runc", version, "dpkg", "runc", isRead, named, mended],
];

const rows: readonly Row[] = [
  { because: "no program is no risk", programs: [], verdict: "no-runc" },
  { because: "1.1.11 is the last that leaks", programs: own("1.1.11"), verdict: "vulnerable" },
  { because: "1.1.12 is the first that does not", programs: own("1.1.12"), verdict: "fixed" },
  { because: "a build after a release is that release", programs: own("1.1.11+dev"), verdict: "vulnerable" },
  { because: "a later branch has it", programs: own("1.2.0-rc.1"), verdict: "fixed" },
  { because: "the leak came with rc93", programs: own("1.0.0-rc93"), verdict: "vulnerable" },
  {
    because: "rc8 is older than rc93, though 8 is more than 9",
    programs: own("1.0.0-rc8"),
    verdict: "fixed",
  },
  { because: "a commit is not a version", programs: own("unknown"), verdict: "unknown" },
  { because: "nor is silence", programs: own(""), verdict: "unknown" },
  {
    because: "Debian mends 1.1.5, and its changelog says so",
    programs: packaged("1.1.5+ds1", leaky),
    verdict: "fixed",
    says: "/usr/sbin/runc is runc 1.1.5+ds1 of runc, whose changelog names CVE-2024-21626",
  },
  {
    because: "a changelog speaks for a program that does not",
    programs: packaged("", leaky),
    verdict: "fixed",
  },
  {
    because: "a changelog that is silent mends nothing",
    programs: packaged("1.1.5+ds1", ""),
    verdict: "vulnerable",
    says: "the changelog of runc does not name it",
  },
  {
    because: "a changelog that is not there is told from one that is silent",
    programs: packaged("1.1.5+ds1", "", "no"),
    verdict: "vulnerable",
    says: "runc has no changelog here that could name it",
  },
  {
    because: "without one, the package's version is looked up",
    programs: packaged("1.1.5+ds1", "", "no", leaky),
    verdict: "fixed",
    says: "in which its distribution mended CVE-2024-21626",
  },
  {
    because: "what a changelog names is this CVE only",
    programs: packaged("1.1.5+ds1", leaky),
    asked: [leaky, masked],
    verdict: "vulnerable",
    says: "CVE-2025-31133 is fixed in 1.2.8, 1.3.3, 1.4.0-rc.3",
  },
  {
    because: "Ubuntu's version carries the package's",
    programs: packaged("1.1.12-0ubuntu2~22.04.1", ""),
    verdict: "fixed",
  },
  {
    because: "each branch has its own fix: 1.2.8",
    programs: own("1.2.8"),
    asked: [masked],
    verdict: "fixed",
  },
  { because: "1.2.7 is before it", programs: own("1.2.7"), asked: [masked], verdict: "vulnerable" },
  {
    because: "1.3.2 is after 1.2.8 and has it not",
    programs: own("1.3.2"),
    asked: [masked],
    verdict: "vulnerable",
  },
  { because: "1.3.3 has it", programs: own("1.3.3"), asked: [masked], verdict: "fixed" },
  {
    because: "1.4.0-rc.2 is after 1.3.3 and has it not",
    programs: own("1.4.0-rc.2"),
    asked: [masked],
    verdict: "vulnerable",
  },
  { because: "1.4.0-rc.10 is after rc.3", programs: own("1.4.0-rc.10"), asked: [masked], verdict: "fixed" },
  {
    because: "Debian writes a candidate with a tilde, and it is one all the same",
    programs: own("1.4.0~rc.2+ds1"),
    asked: [masked],
    verdict: "vulnerable",
  },
  { because: "so is this older than rc93", programs: own("1.0.0~rc6+dfsg1"), verdict: "fixed" },
  { because: "1.5.0 is after them all", programs: own("1.5.0"), asked: [masked], verdict: "fixed" },
  {
    because: "1.1.12 mends one and not the other",
    programs: own("1.1.12"),
    asked: [leaky, masked],
    verdict: "vulnerable",
  },
  {
    because: "one stale program beside a fixed one is enough",
    programs: [...packaged("1.1.12", ""), ...own("1.1.5")],
    verdict: "vulnerable",
  },
  {
    because: "a vulnerable one is worse than an unknown one",
    programs: [...packaged("", ""), ...own("1.1.5")],
    verdict: "vulnerable",
  },
  {
    because: "what is accepted holds nothing up, and is named",
    programs: own("1.1.5"),
    accepted: ["/usr/local/bin/runc"],
    verdict: "fixed",
    says: "/usr/local/bin/runc is accepted as it is",
  },
];

const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - include_role: {name: runc_escape, tasks_from: judge}
    - assert: {that: "runc_escape_verdict == wanted and says in runc_escape_judged | map(attribute='says') | join('; ')"}
`;

/** Each row is a host, on which nothing runs: the tasks only reckon. */
const inventoryOf = (all: readonly Row[]): string =>
  JSON.stringify({
    all: {
      hosts: Object.fromEntries(
        all.map(({ programs, asked = [leaky], accepted = [], verdict, says = "" }, index) => [
          `row-${index}`,
          {
            ansible_connection: "local",
            runc_escape_programs: programs,
            runc_escape_asked: asked,
            runc_escape_accepted: accepted,
            wanted: verdict,
            says,
          },
        ]),
      ),
    },
  });

t.test("the verdict on a runc", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kmend-runc-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(resolve("playbooks/roles"), join(folder, "roles"));
  writeFileSync(join(folder, "table.yml"), playbook);
  writeFileSync(join(folder, "rows.yml"), inventoryOf(rows));
  const end = await kmend(["run", "-i", "rows.yml", "table.yml", "--forks", "2"], {
    cwd: folder,
    env: { KMEND_STATE: join(folder, "state") },
  });
  for (const [index, { because, verdict }] of rows.entries())
    t.match(end.stdout, new RegExp(`^row-${index} .*unreachable=0 +failed=0`, "m"), `${because}: ${verdict}`);
  t.equal(end.code, 0, end.stdout);
});
