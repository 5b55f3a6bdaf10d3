/** What one load knows: where files are, which modules there are, and every problem found so far. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Options } from "../modules/modules.ts";
import {
  exitCodes,
  fileReason,
  KmendError,
  type Place,
  type Problem,
  systemProblem,
} from "../problem/problem.ts";
import { type Dict, readYaml, type YamlNode } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";
import type { NamedFiles } from "./find-named.ts";
import { hideIn } from "./hide-encrypted.ts";
import type { Node, Role } from "./playbook-types.ts";

/** What loading needs to know of modules. */
export interface Catalogue {
  find(name: string): KnownModule | undefined;
  /** Names to guess from when one is mistyped. */
  names?(): readonly string[];
}

export interface KnownModule {
  readonly name: string;
  readonly options: Options;
  readonly freeForm?: string;
  readonly anyOption?: boolean;
}

export interface LoadOptions {
  readonly catalogue: Catalogue;
  /** `-e`: what a static import's file name may refer to, beside the play's own vars. */
  readonly extraVars?: Dict;
  /** Opens what is encrypted; none: that is a problem. */
  readonly vault?: Vault;
  /** Folders with roles, after `roles/` beside the playbook. */
  readonly rolesPath?: readonly string[];
  /** Playbooks and roles that are found by a name of their own where no file has it. */
  readonly named?: NamedFiles;
}

/** Where in the playbook the reader is: passed down, never changed. */
export interface Context {
  readonly loading: Loading;
  readonly file: string;
  readonly playbookDir: string;
  readonly role?: Role;
  readonly isHandlers: boolean;
  /** The play's vars and those of imports around: what a static import's file name may refer to. */
  readonly vars: readonly Dict[];
  /** Names that short module names are looked for in. */
  readonly hasCollections: boolean;
  /** Files and roles being imported, outermost first: one that comes again is a circle. */
  readonly importing: readonly string[];
  /** Roles that the play has listed, so that each comes once. */
  readonly listedRoles: Set<string>;
  /** True below a role whose conditions or tags may keep its dependencies from running. */
  readonly isConditional: boolean;
  readTasks(node: YamlNode, context: Context): Node[];
  /** Handlers of a role that was imported among tasks; they come after the play's own. */
  addHandlers(handlers: readonly Node[]): void;
}

/** Collects problems while everything is read that can be read. */
export class Loading {
  readonly options: LoadOptions;
  readonly #found: Problem[] = [];
  readonly #read = new Map<string, YamlNode | null>();
  readonly #sums = new Map<string, string>();

  constructor(options: LoadOptions) {
    this.options = options;
  }

  error(code: string, message: string, place: Place | undefined, hint?: string): void {
    this.#found.push({
      code,
      message,
      severity: "error",
      ...(place ? { place } : {}),
      ...(hint ? { hint } : {}),
    });
  }

  warn(code: string, message: string, place: Place, hint?: string): void {
    this.#found.push({ code, message, place, severity: "warning", ...(hint ? { hint } : {}) });
  }

  /** The file's tree: null when it is empty, undefined (with the problem noted) when it cannot be read.
   *  @param hint what to do where it cannot be read */
  file(
    path: string,
    wantedAt?: Place,
    holds: "tasks" | "variables" = "tasks",
    hint?: string,
  ): YamlNode | null | undefined {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    try {
      const source = readFileSync(path, "utf8");
      this.#sums.set(path, createHash("sha256").update(source).digest("hex"));
      const { root, warnings, wasEncrypted } = readYaml(source, path, this.options.vault);
      if (wasEncrypted && root) hideIn(root, holds, (text) => this.options.vault?.hide(text));
      this.#found.push(...warnings);
      this.#read.set(path, root ?? null);
      return root ?? null;
    } catch (error) {
      if (error instanceof KmendError) this.#found.push(...error.problems);
      else this.#unreadable(path, error, wantedAt, hint);
      return undefined;
    }
  }

  /** The SHA-256 of each file that was read, by path. */
  get sources(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#sums].sort());
  }

  #unreadable(path: string, error: unknown, wantedAt: Place | undefined, hint: string | undefined): void {
    if (!systemProblem(error)) throw error;
    const reason = fileReason(error as NodeJS.ErrnoException);
    this.#found.push({
      code: "file-unreadable",
      message: `Cannot read ${path}: ${reason}`,
      severity: "error",
      ...(wantedAt ? { place: wantedAt } : {}),
      ...(hint ? { hint } : {}),
    });
  }

  /** Everything found, sorted by place, each once. */
  get problems(): Problem[] {
    const unique = new Map(this.#found.map((problem) => [JSON.stringify(problem), problem]));
    return [...unique.values()].sort(byPlace);
  }

  get warnings(): Problem[] {
    return this.problems.filter(({ severity }) => severity === "warning");
  }

  /** @throws KmendError with every error found, when there is one; exit code 1 where only files are missing, as Ansible's */
  finish(): void {
    const errors = this.problems.filter(({ severity }) => severity !== "warning");
    if (errors.length === 0) return;
    const isMissing = errors.every(({ code }) => missing.includes(code));
    throw new KmendError(errors, isMissing ? exitCodes.error : exitCodes.parseError);
  }
}

const missing = ["file-unreadable", "no-such-playbook", "no-such-role"];

function byPlace(a: Problem, b: Problem): number {
  const [left, right] = [a.place?.file ?? "", b.place?.file ?? ""];
  if (left !== right) return left < right ? -1 : 1;
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}
