import { join } from "node:path";
import type { TestLab } from "../lab/with-lab.ts";

/** What an example is tried on. */
export interface Fleet {
  readonly lab: TestLab;
}

/** Also what takes minutes. */
export const isWhole = process.env["KMEND_TORTURE"] === "whole";

/** The folder of an example. */
export function exampleFolder(name: string): string {
  return join(import.meta.dirname, "../../examples", name);
}
