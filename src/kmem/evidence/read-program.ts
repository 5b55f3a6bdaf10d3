/** What was read of one program on disk. */

import { type Fact, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { Build, PackageOrigin, Program } from "./evidence.ts";
import type { Records } from "./records.ts";

export function readProgram(records: Records, name: string): Fact<Program> {
  return mapProgram(records.get(`${name}.path`), (path, realPath) => ({
    path,
    realPath,
    build: readBuild(records.get(`${name}.signs`)),
    buildId: records.get(`${name}.build_id`),
    version: mapFact(records.get(`${name}.version`), versionIn),
    package: readPackage(records.get(`${name}.package`)),
    changedAt: records.number(`${name}.changed`),
  }));
}

/** How many times each of the two strings stands in the binary. */
export function readBuild(signs: Fact<string>): Fact<Build> {
  if (!isKnown(signs)) return signs;
  const [, kmem, nokmem] = /^(\d+) (\d+)$/.exec(signs.value) ?? [];
  if (kmem === undefined) return unknown(`grep said "${signs.value}"`, signs.source);
  const build = kmem !== "0" ? "kmem" : nokmem !== "0" ? "nokmem" : "neither";
  return known(build, `${signs.source} (its strings)`);
}

function mapProgram(fact: Fact<string>, make: (path: string, realPath: string) => Program): Fact<Program> {
  return isKnown(fact) ? known(make(fact.source, fact.value), fact.source) : fact;
}

/** `Kubernetes v1.15.5`, `runc version 1.0.0-rc5`, `nvidia-container-runtime version 1.2`: the number. */
export function versionIn(text: string): string {
  return /\bv?(\d+\.\d+[^\s,]*)/.exec(text)?.[1] ?? text.split("\n")[0] ?? "";
}

export function readPackage(fact: Fact<string>): Fact<PackageOrigin> {
  return mapFact(fact, (text) => {
    const [nevra = "", vendor = "", buildHost = "", name = ""] = (text.split("\n")[0] ?? "").split("\t");
    return { name, nevra, vendor, buildHost };
  });
}
