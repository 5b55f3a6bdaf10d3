import { harmlessJson } from "../problem/problem.ts";
import type { Paper, Reader } from "./reader.ts";

/** The journal's events as they come, one JSON line each; docs/journal.md has the format. */
export function ndjsonReader(paper: Paper): Reader {
  return { read: (event) => paper.write(`${harmlessJson(JSON.stringify(event))}\n`), end: () => {} };
}
