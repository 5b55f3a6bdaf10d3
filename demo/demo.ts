/**
 * The main job, from nothing to proof, on a rehearsal fleet: what `npm run demo` shows. Every figure is measured on the
 * hosts while it runs; where one is not what a stage is to prove, the demo fails and says so.
 */

import type { Fleet } from "./fleet.ts";
import { check, claim, stage, table } from "./stage.ts";
import { tellWith } from "./tell.ts";

const podsPerRound = 4;
/** The host whose repository offers a kubelet that says it has no kmem, and has. */
const faulty = "app-2";

await tellWith("demo", tell);

async function tell(fleet: Fleet): Promise<void> {
  stage("Six real hosts, each with its own systemd, sshd, rpm database and kernel model");
  await fleet.up();
  const before = await fleet.fingerprint(faulty);

  stage(
    "The leak: pods are created and deleted, and ids stay behind",
    "counted in the kernel's model, kmem ids a pod",
  );
  const leaking = await measure(fleet);
  claim("app 3, compute 2, clean 0, both 3", () => {
    expectPerPod(leaking, { "app-": 3, "compute-": 2, "clean-": 0, "both-": 3 });
  });

  stage("What kmend finds, reading only", "its own count of leaked ids agrees with the model's");
  await fleet.kmend(["scan", "-i", fleet.inventory], { expect: [3] });
  const scanned = await fleet.scan();
  const counts = await fleet.counts();
  claim("evidence and model agree on every host", () => {
    for (const [host, { leakedKmemIds }] of counts)
      check(
        scanned.get(host) === leakedKmemIds,
        `${host}: evidence says ${scanned.get(host)}, the model ${leakedKmemIds}`,
      );
  });

  stage("What it would do, before anything is touched", "each change with its hosts and its way back");
  await fleet.kmend(["plan", "-i", fleet.inventory, "playbooks/kmem.yml"]);

  stage(
    "The swap alone: kubelet and runtime replaced and restarted",
    "on app nodes it changes nothing: kubepods hands accounting down",
  );
  await fleet.kmend([
    "run",
    "-i",
    fleet.inventory,
    "playbooks/kmem.yml",
    "--tags",
    "swap",
    "--limit",
    `all:!${faulty}`,
  ]);
  const swapped = await measure(fleet, faulty);
  claim("app and both still leak 3 a pod, compute leaks no more", () => {
    expectPerPod(swapped, { "app-": 3, "compute-": 0, "clean-": 0, "both-": 3 });
  });

  stage(
    `The whole mend in batches, with a planted fault: ${faulty} gets a mislabelled kubelet`,
    "it fails its verification and is rolled back to exactly what it was; the rollout stops there",
  );
  await fleet.plant(faulty, "kubelet-mislabelled");
  await fleet.kmend(["run", "-i", fleet.inventory, "playbooks/kmem.yml"], { expect: [2] });
  const rolledBack = await fleet.fingerprint(faulty);
  claim(`${faulty} is what it was: packages, programs, configuration, services`, () => {
    check(rolledBack === before, difference(before, rolledBack));
  });

  stage("The fault is repaired, and the rollout finishes", "a second run touches only what is not mended");
  await fleet.mend(faulty);
  await fleet.kmend(["run", "-i", fleet.inventory, "playbooks/kmem.yml"]);
  const mended = await measure(fleet);
  claim("0 ids a pod on every host, by the same measurement", () => {
    expectPerPod(mended, { "app-": 0, "compute-": 0, "clean-": 0, "both-": 0 });
  });
  await fleet.kmend(["scan", "-i", fleet.inventory]);

  stage(
    `The way back, on request: ${faulty} returns to its old kubelet`,
    "restored, and compared with what was recorded",
  );
  await fleet.kmend(["rollback", "last", "-i", fleet.inventory, "--limit", faulty]);
  const returned = await fleet.fingerprint(faulty);
  claim(`${faulty} is what it was before all of this`, () => {
    check(returned === before, difference(before, returned));
  });

  stage(
    "kmend is killed in the middle of a run, and goes on where it stopped",
    "nothing that was done is done again; taken back, the host is what it was",
  );
  const kubelet = ["-i", fleet.inventory, "--limit", faulty];
  await fleet.killKmend(["run", ...kubelet, "playbooks/fix-kubelet.yml"], 2);
  await fleet.kmend(["resume", "last", "--in-flight", "retry"]);
  await fleet.kmend(["show", "last", "--verify"]);
  await fleet.kmend(["rollback", "last"]);
  const taken = await fleet.fingerprint(faulty);
  claim(`${faulty} is what it was before all of this`, () => {
    check(taken === before, difference(before, taken));
  });

  stage(
    "A change that stops sshd: nobody gets into the host any more",
    "unconfirmed, it takes itself back, and the next rollback proves it",
  );
  await fleet.kmend(["run", ...kubelet, "demo/lock-out.yml"], { expect: [4] });
  await fleet.answers(faulty);
  await fleet.kmend(["rollback", "last"]);
  const back = await fleet.fingerprint(faulty);
  claim(`${faulty} answers again, and is what it was`, () => {
    check(back === before, difference(before, back));
  });

  stage(
    `${faulty} again, with pods that nobody may disturb: no drain, no reboot`,
    "kubepods is renewed under them, and the same processes run on",
  );
  await fleet.pods("create", podsPerRound, [faulty]);
  const running = await fleet.podProcesses(faulty);
  await fleet.kmend([
    ...["run", "-i", fleet.inventory, "playbooks/kmem.yml", "--limit", faulty],
    ...["-e", "kmem_renewal=live", "-e", "kmem_settle_seconds=5"],
  ]);
  const after = await fleet.podProcesses(faulty);
  claim(
    `${running.split("\n").length} processes of ${podsPerRound} pods run on, by number and start time`,
    () => {
      check(after === running && running !== "", difference(running, after));
    },
  );
  const renewed = await measure(fleet, "", [faulty]);
  claim("and a pod costs 0 ids", () => expectPerPod(renewed, { [faulty]: 0 }));
}

/** Creates and deletes pods on the hosts, and gives the kmem ids that each pod left behind. */
async function measure(
  fleet: Fleet,
  except = "",
  only: readonly string[] = [],
): Promise<ReadonlyMap<string, number>> {
  const all = only.length > 0 ? only : [...(await fleet.counts()).keys()];
  const hosts = all.filter((host) => host !== except);
  const before = await fleet.counts();
  await fleet.pods("create", podsPerRound, hosts);
  await fleet.pods("delete", podsPerRound, hosts);
  const after = await fleet.counts();
  const perPod = new Map(
    hosts.map((host) => [
      host,
      ((after.get(host)?.leakedKmemIds ?? 0) - (before.get(host)?.leakedKmemIds ?? 0)) / podsPerRound,
    ]),
  );
  table(
    ["host", "leaked kmem ids a pod", "leaked memcg ids a pod"],
    hosts.map((host) => [
      host,
      String(perPod.get(host)),
      String(
        ((after.get(host)?.leakedMemcgIds ?? 0) - (before.get(host)?.leakedMemcgIds ?? 0)) / podsPerRound,
      ),
    ]),
  );
  return perPod;
}

function expectPerPod(
  measured: ReadonlyMap<string, number>,
  expected: Readonly<Record<string, number>>,
): void {
  for (const [host, perPod] of measured) {
    const wanted = Object.entries(expected).find(([prefix]) => host.startsWith(prefix))?.[1];
    check(perPod === wanted, `${host} leaks ${perPod} ids a pod, wanted ${wanted}`);
  }
}

function difference(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const changed = [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
  return `it differs:\n${changed.join("\n")}`;
}
