/**
 * Stands between a module and kubectl: writes down what a real one was asked and said, or answers so again. `node tape.ts record
 * TAPE KUBECTL -- WORDS…`, `node tape.ts replay TAPE COUNTS -- WORDS…`. Of the same question asked again the next answer is given,
 * and the last one as often as it is asked for. Of objects only what kmend reads is kept.
 */

import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

interface Exchange {
  readonly words: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const [mode = "", tape = "", other = "", , ...words] = process.argv.slice(2);
const answer = mode === "record" ? record() : replay();
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
process.exitCode = answer.code;

function record(): Exchange {
  const { status, stdout, stderr } = spawnSync(other, words, { encoding: "utf8" });
  const said = { code: status ?? 255, stdout, stderr };
  const kept = { ...said, words: asked(words), stdout: essential(stdout), stderr: anonymous(stderr) };
  appendFileSync(tape, `${JSON.stringify(kept)}\n`);
  return { ...said, words: "" };
}

function replay(): Exchange {
  const question = asked(words);
  const all = readFileSync(tape, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Exchange)
    .filter((each) => each.words === question);
  const counts = existsSync(other) ? (JSON.parse(readFileSync(other, "utf8")) as Record<string, number>) : {};
  const nth = counts[question] ?? 0;
  writeFileSync(other, JSON.stringify({ ...counts, [question]: nth + 1 }));
  const found = all[Math.min(nth, all.length - 1)];
  return found ?? { words: question, code: 254, stdout: "", stderr: `not on tape: kubectl ${question}\n` };
}

/** The words without those that are another's on another day: where the cluster is, how much time is left. */
function asked(given: readonly string[]): string {
  return given
    .join("\u0000")
    .replaceAll(/--kubeconfig\u0000[^\u0000]+\u0000/g, "")
    .replaceAll(/--timeout=\d+s/g, "--timeout=Ns")
    .split("\u0000")
    .join(" ");
}

function anonymous(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:6443");
}

function essential(stdout: string): string {
  if (!stdout.startsWith("{")) return stdout;
  const read = JSON.parse(stdout) as { items?: unknown[] };
  return `${JSON.stringify(read.items ? { items: read.items.map(part) } : part(read))}\n`;
}

// biome-ignore lint/suspicious/noExplicitAny: any object of the cluster
function part(object: any): unknown {
  const { kind, metadata: m, spec, status } = object;
  const named = (list: { type: string }[] | undefined) => list?.filter(({ type }) => type === "Ready");
  return {
    kind,
    metadata: {
      name: m.name,
      namespace: m.namespace,
      labels: m.labels,
      annotations: m.annotations?.["kubernetes.io/config.mirror"] && {
        "kubernetes.io/config.mirror": m.annotations["kubernetes.io/config.mirror"],
      },
      ownerReferences: m.ownerReferences?.map((o: { kind: string; name: string; controller: boolean }) => ({
        kind: o.kind,
        name: o.name,
        controller: o.controller,
      })),
      deletionTimestamp: m.deletionTimestamp,
    },
    spec: spec && {
      unschedulable: spec.unschedulable,
      selector: spec.selector,
      replicas: spec.replicas,
      renewTime: spec.renewTime,
      volumes: spec.volumes?.filter((v: { emptyDir?: unknown }) => v.emptyDir),
    },
    status: status && {
      phase: status.phase,
      conditions: named(status.conditions),
      disruptionsAllowed: status.disruptionsAllowed,
      readyReplicas: status.readyReplicas,
      nodeInfo: status.nodeInfo && { kubeletVersion: status.nodeInfo.kubeletVersion },
    },
  };
}
