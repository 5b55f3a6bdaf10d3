/** What a scan says fits the terminal that it is read on. */

import t from "tap";
import { atTerminal, kmend } from "./kmend.ts";

t.test("at a terminal no line is longer than it, and no word is cut", async (t) => {
  const cwd = t.testdir({});
  const wide = await kmend(["scan", "-i", "127.0.0.1:1,"], { cwd });
  t.ok(
    wide.stdout.split("\n").some((line) => line.length > 50),
    "a file gets lines as they are",
  );
  const narrow = await atTerminal('stty cols 50; $KMEND scan -i "127.0.0.1:1,"', [], { cwd });
  const lines = narrow.stdout.replaceAll("\r", "").split("\n");
  t.strictSame(
    lines.filter((line) => line.length > 50),
    [],
  );
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
  t.strictSame(words(narrow.stdout), words(wide.stdout));
});
