/** What the evidence comes to, with the facts that each part rests on. */

/** `still-leaking-after-swap`: kubelet no longer switches accounting on, but `kubepods` hands it down to every new pod. */
export type Verdict = "leaking" | "still-leaking-after-swap" | "clean" | "not-affected" | "unknown";

export type Party = "kubelet" | "runtime" | "both" | "nobody" | "unknown";

export interface Diagnosis {
  readonly verdict: Verdict;
  /** Who switched on what a pod gets now: also what an earlier kubelet left on in `kubepods`, which hands it down. */
  readonly switchedOnBy: Party;
  readonly switchesOnNow: SwitchesNow;
  /** New pods get accounting from `kubepods`, whatever kubelet and runtime do; null where that is unknown. */
  readonly isInherited: boolean | null;
  readonly perPod: PodCost;
  readonly leaked: Leaked;
  /** What is left of the 65,535 memcg ids; at most, where `leaked` is at least or may hold more. null: unknown. */
  readonly idsLeft: number | null;
  /** The chain of reasons, the deciding one first. */
  readonly reasons: readonly Reason[];
  /** Signs that disagree, named and not settled. */
  readonly contradictions: readonly Reason[];
  /** Counters that people read and that say nothing here, with what they read. */
  readonly silent: readonly Reason[];
  /** What kernel and services logged of it, or of what looks like it, the newest of each. */
  readonly heard: readonly Reason[];
  readonly workloads: Workloads;
  /** What could not be read, and what would make the verdict surer. */
  readonly surer: readonly string[];
}

/** Which workloads leak, as far as the node shows. */
export interface Workloads {
  /** Pods that live with accounting on somewhere in them: each leaks when it is deleted. */
  readonly leaking: readonly {
    readonly uid: string;
    readonly name: string | null;
    readonly containers: number;
    readonly hasMemoryLimit: boolean;
  }[];
  /** Some of the containers that leaked, by their cgroups' names, and their pods where a log still tells. */
  readonly gone: readonly { readonly cgroup: string; readonly pod: string | null }[];
  /** How many more of those there are. */
  readonly goneOthers: number;
}

/** Whether each would switch accounting on in a tree made now; null where that is unknown. */
export interface SwitchesNow {
  readonly kubelet: boolean | null;
  readonly runtime: boolean | null;
}

/** Ids that a pod of one container (and its pause) holds for ever once it is deleted; null: unknown. */
export interface PodCost {
  /** Of the 16-bit ids that run out. */
  readonly memcgIds: number | null;
  /** Of the accounting's own, which the index method counts. */
  readonly kmemIds: number | null;
  readonly says: string;
}

export interface Leaked {
  readonly kmemIds: number | null;
  /** The kmem ids are a lower bound. */
  readonly isAtLeast: boolean;
  /** Memcg ids leaked besides, which nothing on the node shows: those of pods whose containers a runtime leaked. */
  readonly mayHoldMoreMemcgIds: boolean;
  readonly says: string;
}

export interface Reason {
  readonly says: string;
  /** The files and commands that it was read from. */
  readonly cites: readonly string[];
}
