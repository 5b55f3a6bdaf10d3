import type { Preparation } from "./remedy.ts";

/** Facts: the incident's recipe, with the two files that it forgot to copy; the spec as kubernetes' build/rpms has it. */
export const kubeletRpm: Preparation = {
  name: "kubelet RPM without kmem",
  does: "Build the kubelet of the node's own version with the tag nokmem, and package it",
  mends: "nothing by itself: it is what the swap of kubelet installs",
  leaves: "the nodes as they are",
  appliesTo: "kubelets of 1.14 to 1.21.1, for which nobody hands out such a package",
  runsOn: "a build host of the node's architecture, no node is touched",
  takes:
    "kubernetes' sources of that version (1.14 or later have the tag), git and rpmbuild; docker, or the Go that this version was built with",
  lasts:
    "5 minutes on two processors (measured: 1.20.2, by Go); not measured by docker, which first downloads its build image",
  undoneBy: "kmend rollback: the package goes, and nothing else knows of it",
  risk: "a spec other than the published package's sets /etc/sysconfig/kubelet aside (inferred); from the package that it replaces it takes all but the program (measured)",
  playbook: "kmend.playbooks.build-kubelet",
  readMore: "docs/build-kubelet.md",
};
