/** The text of an ssh configuration file with what it includes put in its place. */

import { globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { splitWords } from "./arguments.ts";

const deepest = 16; // OpenSSH's own limit

/** The lines of a file; empty where there is none. Patterns without a folder are sought beside the file, as OpenSSH does for its two. */
export function readConfigText(file: string, depth = 0): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return "";
  }
  return text
    .split("\n")
    .map((line) => {
      const [, patterns] = /^\s*Include[\s=]+(.*)$/i.exec(line) ?? [];
      if (patterns === undefined || depth >= deepest) return line;
      return splitWords(patterns)
        .flatMap((pattern) => globSync(placed(pattern, dirname(file))).sort())
        .map((each) => readConfigText(each, depth + 1))
        .join("\n");
    })
    .join("\n");
}

function placed(pattern: string, folder: string): string {
  const path = pattern.replace(/^~(?=\/)/, homedir());
  return isAbsolute(path) ? path : join(folder, path);
}
