/** The one system that all hosts share, read-only, below what is their own. Made once and kept. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { recipeFor } from "./base-recipe.ts";
import { withLock } from "./lock.ts";

/** Gives the image's folder, making it first where the cache has none. A half-made one is never seen. */
export async function baseImage(
  cache: string,
  { tell, signal }: { readonly tell: (line: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const hash = createHash("sha256").update(recipeFor("").join("\0")).digest("hex").slice(0, 12);
  const image = join(cache, `base-${hash}`);
  if (existsSync(image)) return image;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const makeOnce = async (): Promise<string> => {
    if (existsSync(image)) return image;
    await removeHalfMade(cache);
    tell("Making the hosts' system (Debian packages, once; kept for later labs)");
    const started = performance.now();
    const growing = `${image}.growing`;
    await make(growing, signal);
    await rename(growing, image);
    tell(`The hosts' system is made: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return image;
  };
  return withLock(join(cache, "base.lock"), makeOnce, signal);
}

async function removeHalfMade(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.endsWith(".growing"));
  await Promise.all(names.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

async function make(folder: string, signal: AbortSignal | undefined): Promise<void> {
  // A session of its own, so that Ctrl-C reaches mmdebstrap once, from us; it then unmounts what it mounted.
  const maker = spawn("mmdebstrap", recipeFor(folder), { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let said = "";
  const keep = (chunk: Buffer): void => {
    said = (said + chunk).slice(-4000);
  };
  maker.stdout.on("data", keep);
  maker.stderr.on("data", keep);
  const stop = (): void => void maker.kill("SIGTERM");
  signal?.addEventListener("abort", stop, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    maker.once("error", reject);
    maker.once("close", resolve);
  });
  signal?.removeEventListener("abort", stop);
  if (code === 0) return;
  await rm(folder, { recursive: true, force: true });
  signal?.throwIfAborted();
  throw new KmendError({
    code: "lab-base-failed",
    message: `Cannot make the hosts' system: mmdebstrap exited with ${code}, wanted 0`,
    hint: `It said last:\n${said.trim().split("\n").slice(-6).join("\n")}`,
  });
}
