/** Starting a control plane: the store, the API, then what acts on it, each once the one before answers. */

import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { KmendError } from "../../problem/problem.ts";
import type { LabNode } from "../fleet.ts";
import type { LabPlace } from "../place.ts";
import { type ClusterDescription, describeCluster } from "./cluster-description.ts";
import { type ClusterPlace, clusterPlace, kubeconfigOf } from "./cluster-place.ts";
import { clusterProcesses, logOf, startMissing } from "./cluster-processes.ts";
import { type Component, type ComponentName, controllers, storeAndApi } from "./components.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { kubectl } from "./kubectl.ts";
import { makeTokens, rights } from "./users.ts";

export interface ControlPlane extends ClusterDescription {
  /** Those that did not run before. */
  readonly started: readonly ComponentName[];
}

export interface Raising {
  readonly lab: LabPlace;
  readonly nodes: readonly LabNode[];
  /** The folder of the cluster's programs. */
  readonly programs: string;
  readonly signal?: AbortSignal | undefined;
}

/** Starts what does not run, and returns once the API is ready and knows its users. */
export async function raiseControlPlane({ lab, nodes, programs, signal }: Raising): Promise<ControlPlane> {
  const place = clusterPlace(lab);
  const cluster = await describeCluster(place);
  const tokens = await makeTokens(place, nodes);
  await makeServiceAccountKey(place);
  const base = storeAndApi(place, cluster.ports);
  const before = await startMissing(place, programs, base);
  const certificate = join(place.certificates, "apiserver.crt");
  await until(async () => existsSync(certificate), { place, components: base, signal });
  const server = apiOf(cluster);
  const authority = await readFile(certificate, "utf8");
  for (const [user, token] of tokens)
    await writeFile(kubeconfigOf(place, user), kubeconfigText({ server, authority, user, token }), {
      mode: 0o600,
    });
  const isReady = async (): Promise<boolean> =>
    (await kubectl(lab, ["get", "--raw=/readyz", "--request-timeout=3s"])).code === 0;
  await until(isReady, { place, components: base, signal });
  await apply(lab, rights);
  const acting = controllers(place);
  const after = await startMissing(place, programs, acting);
  await until(async () => true, { place, components: acting, signal });
  return { ...cluster, started: [...before, ...after] };
}

/** Where the API is. */
export const apiOf = ({ ports }: ClusterDescription): string => `https://127.0.0.1:${ports.api}`;

/** Has the API make what this YAML asks for, as its administrator. */
export async function apply(lab: LabPlace, text: string): Promise<void> {
  const { code, stderr } = await kubectl(lab, ["apply", "--filename=-"], { input: text });
  if (code !== 0)
    throw new KmendError({
      code: "lab-cluster-refused",
      message: `Cannot set the cluster up: ${stderr.trim()}`,
    });
}

/** The API server signs what it gives to accounts of pods with it, and does not start without one. */
async function makeServiceAccountKey(place: ClusterPlace): Promise<void> {
  if (existsSync(place.serviceAccountKey)) return;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(place.serviceAccountKey, privateKey.export({ type: "pkcs1", format: "pem" }), {
    mode: 0o600,
  });
}

interface Waiting {
  readonly place: ClusterPlace;
  /** Those whose end makes the waiting pointless. */
  readonly components: readonly Component[];
  readonly signal: AbortSignal | undefined;
}

/** Waits for the condition while the components run. */
async function until(holds: () => Promise<boolean>, { place, components, signal }: Waiting): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    signal?.throwIfAborted();
    const running = await clusterProcesses(place);
    const ended = components.find(({ name }) => !running.some((each) => each.name === name));
    if (ended) throw await notUp(place, ended.name, "ended at once");
    if (await holds()) return;
    if (performance.now() > deadline)
      throw await notUp(place, "kube-apiserver", `is not ready after ${readyWithinMs / 1000} s`);
    await pause(pollMs);
  }
}

/** On an idle machine it takes two seconds. */
const readyWithinMs = 90_000;
const pollMs = 100;

async function notUp(place: ClusterPlace, name: ComponentName, why: string): Promise<KmendError> {
  const log = (await readFile(logOf(place, name), "utf8").catch(() => "")).trim();
  return new KmendError({
    code: "lab-cluster-failed",
    message: `Cannot raise the cluster: ${name} ${why}`,
    hint: `It said last:\n${log.split("\n").slice(-6).join("\n")}`,
  });
}
