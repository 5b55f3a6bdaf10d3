/** A lab for one benchmark: raised in a folder of its own, and gone when the benchmark ends, however it ends. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateFolder } from "../src/journal/journal.ts";
import { down, execOnNode, type UpResult, up } from "../src/lab/lab.ts";

export interface Fleet extends UpResult {
  /** A state folder that nobody keeps. */
  readonly state: string;
  /** Runs a script on every host, past its sshd; what each printed. @throws Error where one fails */
  onAll(script: string): Promise<readonly string[]>;
}

const name = "bench";

/** Lends `act` a fleet. */
export async function withFleet(nodes: number, act: (fleet: Fleet) => Promise<void>): Promise<void> {
  // One base image for all labs of this machine.
  process.env["KMEND_LAB_CACHE"] ??= join(stateFolder(undefined, process.env), "lab", "cache");
  const state = await mkdtemp(join(tmpdir(), "kmend-bench-"));
  const stop = new AbortController();
  const interrupted = Promise.withResolvers<never>();
  const onSignal = (signal: NodeJS.Signals): void => {
    stop.abort();
    interrupted.reject(new Error(`Ended by ${signal}`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const measured = async (): Promise<void> => {
    const raised = await up({ state, name, nodes, tell: console.log, signal: stop.signal });
    const onAll = (script: string): Promise<string[]> =>
      Promise.all(raised.nodes.map((node) => onHost(state, node.name, script)));
    await act({ ...raised, state, onAll });
  };
  try {
    await Promise.race([measured(), interrupted.promise]);
  } finally {
    await down({ state, name });
    await rm(state, { recursive: true, force: true });
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

async function onHost(state: string, host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await execOnNode({ state, name }, host, script);
  if (code !== 0) throw new Error(`${host}: a script of the benchmark exited with ${code}: ${stderr}`);
  return stdout;
}
