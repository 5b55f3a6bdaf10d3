/** Which report a text of `--report` means, and where it goes. */

import t from "tap";
import { checkReports, formatByEnding } from "../../src/cli/report-file.ts";

t.test("FORMAT=FILE, or a file whose ending tells", async (t) => {
  const folder = t.testdir({});
  const rows: readonly (readonly [given: string, format: string, file: string])[] = [
    ["junit=DIR/a.txt", "junit", "DIR/a.txt"],
    ["md=DIR/x=y.html", "md", "DIR/x=y.html"],
    ["DIR/a.HTM", "html", "DIR/a.HTM"],
    ["DIR/a=b.markdown", "md", "DIR/a=b.markdown"],
  ];
  for (const [given, format, file] of rows)
    t.strictSame(
      checkReports([given.replace("DIR", folder)]),
      [{ format, file: file.replace("DIR", folder) }],
      given,
    );
  t.strictSame(checkReports(undefined), []);
  for (const [ending, format] of [
    ["html", "html"],
    ["htm", "html"],
    ["md", "md"],
    ["json", "json"],
    ["xml", "junit"],
    ["csv", "csv"],
  ] as const)
    t.equal(formatByEnding(`a.b.${ending}`), format);
});
