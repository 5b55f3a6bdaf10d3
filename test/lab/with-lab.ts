/** A lab for one test file: raised in a state folder of its own over the shared image, and taken down after. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { stateFolder } from "../../src/journal/journal.ts";
import { down, type UpOptions, type UpResult, up } from "../../src/lab/lab.ts";

// One image and one set of packages for all test files, and the same that `kmend lab` uses.
process.env["KMEND_LAB_CACHE"] ??= join(stateFolder(undefined, process.env), "lab", "cache");

/** A raised lab and the folder that it is in. */
export interface TestLab extends UpResult {
  readonly state: string;
  readonly name: string;
}

/** Raises a lab, and takes it down with its state folder when the test ends, however it ends. */
export async function raiseLab(
  t: Test,
  { name = "lab", ...options }: Partial<Omit<UpOptions, "state">> = {},
): Promise<TestLab> {
  const state = await mkdtemp(join(tmpdir(), "kmend-lab-"));
  t.teardown(async () => {
    await down({ state, name });
    await rm(state, { recursive: true, force: true });
  });
  return { state, name, ...(await up({ state, name, ...options, tell: (line) => t.comment(line) })) };
}
