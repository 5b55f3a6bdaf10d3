/** The programs of the cluster: Kubernetes' own, built here from Debian's sources, and two that Debian has built. Made once and kept. */

import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { KmendError } from "../../problem/problem.ts";
import { withLock } from "../lock.ts";
import { longWork } from "../long-work.ts";
import { isInstalled } from "../needs.ts";
import { type Debian, debianIn } from "./debian.ts";
import { buildNeeds, kubernetesVersion, recipe, recipeName } from "./recipe.ts";

export interface Making {
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The folder that the cluster's programs are in, or will be. */
export function programsFolder(cache: string): string {
  return join(cache, "cluster", recipeName);
}

/** Gives that folder, making it first where the cache has none: minutes. A half-made one is never seen. */
export async function clusterPrograms(cache: string, { tell, signal }: Making): Promise<string> {
  const folder = programsFolder(cache);
  if (existsSync(folder)) return folder;
  refuseMissingNeeds();
  await mkdir(join(cache, "cluster"), { recursive: true, mode: 0o700 });
  const makeOnce = async (): Promise<string> => {
    if (existsSync(folder)) return folder;
    await removeHalfMade(join(cache, "cluster"));
    const half = `${folder}.growing`;
    await make(half, { debian: debianIn(join(cache, "debian"), signal), tell, signal }).catch(
      async (error) => {
        await rm(half, { recursive: true, force: true });
        throw error;
      },
    );
    await rename(half, folder);
    return folder;
  };
  return withLock(join(cache, "cluster", "lock"), makeOnce, signal);
}

function refuseMissingNeeds(): void {
  const missing = Object.entries(buildNeeds).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return;
  throw new KmendError({
    code: "lab-cluster-needs",
    message: `Cannot build Kubernetes ${kubernetesVersion}: there is no ${missing.map(([program]) => program).join(", no ")}`,
    hint: `On Debian:\n    apt-get install ${missing.map(([, from]) => from).join(" ")}`,
  });
}

async function removeHalfMade(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".growing"));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

interface Made extends Making {
  readonly debian: Debian;
}

async function make(folder: string, { debian, tell, signal }: Made): Promise<void> {
  await mkdir(folder, { recursive: true });
  tell(
    `Fetching Kubernetes ${kubernetesVersion}, etcd and kubectl from Debian (once; kept for later clusters)`,
  );
  const sources = await unpackSources(folder, { debian, tell, signal });
  await build(sources, { tell, signal });
  for (const program of recipe.built)
    await copyFile(join(sources, "_output/bin", program), join(folder, program));
  for (const [program, [from, path]] of Object.entries(recipe.taken))
    await copyFile(join(await debian.packageFiles(from), path), join(folder, program));
  await rm(sources, { recursive: true });
}

/** The sources as they can be built: with one library in another version. */
async function unpackSources(folder: string, { debian, signal }: Made): Promise<string> {
  const archive = await debian.sourceArchive(recipe.source);
  await longWork("tar", ["--extract", "--directory", folder, "--file", archive], { signal });
  const sources = join(folder, recipe.folder);
  if (!existsSync(sources))
    throw new KmendError({
      code: "lab-cluster-sources",
      message: `Cannot build Kubernetes ${kubernetesVersion}: this Debian has another version, ${archive}`,
    });
  const { vendored, package: from, files } = recipe.replaced;
  const newer = join(await debian.packageFiles(from), files);
  await rm(join(sources, vendored), { recursive: true });
  await cp(newer, join(sources, vendored), { recursive: true, filter: (file) => !file.endsWith("_test.go") });
  return sources;
}

/** At the lowest rank, as it takes both processors of a small machine for minutes; go keeps what it compiled for the next try. */
async function build(sources: string, { tell, signal }: Making): Promise<void> {
  const what = recipe.built.map((program) => `cmd/${program}`).join(" ");
  const started = performance.now();
  const past = (): string => `${((performance.now() - started) / 60_000).toFixed(1)} minutes`;
  let compiled = 0;
  const hear = (line: string): void => {
    if (/^[a-z0-9.-]+(?:\/[\w.~-]+)+$/i.test(line)) compiled += 1;
  };
  tell(`Building ${recipe.built.join(", ")}: some ten minutes on two processors`);
  const progress = setInterval(() => tell(`  ${compiled} packages compiled, ${past()}`), progressMs);
  try {
    const order = ["-n", "15", "make", `WHAT=${what}`, ...recipe.settings];
    await longWork("nice", order, { cwd: sources, signal, hear });
  } finally {
    clearInterval(progress);
  }
  tell(`Built in ${past()}`);
}

const progressMs = 20_000;
