/** Reports as other programs read them. */

import { execFileSync } from "node:child_process";

/** An element of XML with what is in it. */
export interface Element {
  readonly tag: string;
  readonly at: Readonly<Record<string, string>>;
  readonly text: string;
  readonly in: readonly Element[];
}

/** As a program reads XML: python's expat, which refuses what is not well formed. */
export function xmlAsJson(xml: string): Element {
  const read = `
import sys, json, xml.etree.ElementTree as E
def j(e): return {"tag": e.tag, "at": e.attrib, "text": e.text or "", "in": [j(c) for c in e]}
print(json.dumps(j(E.fromstring(sys.stdin.buffer.read()))))`;
  return JSON.parse(execFileSync("python3", ["-c", read], { input: xml, encoding: "utf8" }));
}

/** As RFC 4180 has it. */
export function csvRows(csv: string): string[][] {
  const read =
    "import sys,csv,json; print(json.dumps(list(csv.reader(open(0,newline='',encoding='utf-8'),strict=True))))";
  return JSON.parse(execFileSync("python3", ["-c", read], { input: csv, encoding: "utf8" }));
}
