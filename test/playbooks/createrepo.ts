import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** This machine's createrepo_c for a host that has none, with the libraries that it was made for. */
export function installCreaterepo(root: string): void {
  const program = execFileSync("sh", ["-c", "command -v createrepo_c"], { encoding: "utf8" }).trim();
  const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+(?= \(0x)/g) ?? [];
  const own = join(root, "opt/createrepo");
  mkdirSync(own, { recursive: true });
  for (const file of [program, ...libraries]) copyFileSync(file, join(own, basename(file)));
  const loader = libraries.find((file) => /\/ld-[^/]*$/.test(file)) ?? "";
  const started = join(root, "usr/local/bin/createrepo_c");
  writeFileSync(
    started,
    `#!/bin/sh\nexec /opt/createrepo/${basename(loader)} --library-path /opt/createrepo /opt/createrepo/createrepo_c "$@"\n`,
  );
  chmodSync(started, 0o755);
}
