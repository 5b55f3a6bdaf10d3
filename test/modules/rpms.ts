/** Small real packages and an rpm database of their own, for tests that install and remove. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Output } from "../../src/script/output.ts";
import type { Script } from "../../src/script/script.ts";

export class RpmHost {
  readonly root = mkdtempSync(join(tmpdir(), "kmend-rpm-"));
  readonly where = { save: join(this.root, "save"), tmp: join(this.root, "tmp") };
  readonly rpms = join(this.root, "build/RPMS/noarch");

  constructor() {
    for (const path of [...Object.values(this.where), join(this.root, "bin")]) mkdirSync(path);
    writeFileSync(join(this.root, ".rpmmacros"), `%_dbpath ${this.root}/db\n%_topdir ${this.root}/build\n`);
    // Without dnf and yum in PATH, rpm has to do alone.
    for (const tool of this.#tools)
      this.#run("bash", ["-c", 'ln -s "$(type -P "$1")" "$2/"', "sh", tool, join(this.root, "bin")]);
  }

  readonly #tools =
    "rpm sh cat cmp cp cut diff find grep head ls mkdir mv printf rm rmdir sed sort tail tar tr chmod".split(
      " ",
    );

  /** A package with one file, called as it is unless told otherwise, one configuration file, and what else its list names. */
  build(name: string, version: string, release: string, file = name, more = ""): string {
    const spec = join(this.root, `${name}.spec`);
    writeFileSync(
      spec,
      `Name: ${name}
Version: ${version}
Release: ${release}
Summary: test
License: test
BuildArch: noarch
%description
test
%install
mkdir -p %{buildroot}${this.root}/host
echo ${version}-${release} >%{buildroot}${this.root}/host/${file}
echo default ${version} >%{buildroot}${this.root}/host/${file}.conf
%files
${this.root}/host/${file}
%config(noreplace) ${this.root}/host/${file}.conf
${more}
`,
    );
    this.#run("rpmbuild", ["-bb", "--quiet", spec]);
    return join(this.rpms, `${name}-${version}-${release}.noarch.rpm`);
  }

  rpm(...args: readonly string[]): string {
    return this.#run("rpm", args).stdout.toString();
  }

  text(name: string): string {
    return readFileSync(join(this.root, "host", name), "utf8").trim();
  }

  run(script: Script, shell: readonly string[]): Output {
    const [program = "sh", ...args] = shell;
    const path = spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).stdout.toString().trim();
    const done = spawnSync(path, args, {
      input: script.text,
      env: { PATH: join(this.root, "bin"), HOME: this.root },
    });
    return { code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr, durationMs: 0 };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #run(program: string, args: readonly string[]) {
    return spawnSync(program, args, { env: { PATH: process.env["PATH"], HOME: this.root } });
  }
}
