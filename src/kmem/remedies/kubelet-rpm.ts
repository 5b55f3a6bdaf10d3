import type { Preparation } from "./remedy.ts";

/** Facts: the incident's recipe, with the two files that it forgot to copy; the spec as kubernetes' build/rpms has it. */
export const kubeletRpm: Preparation = {
  name: "kubelet RPM without kmem",
  does: "Build the kubelet of the node's own version with the tag nokmem, and package it",
  runsOn: "a build host of the node's architecture, no node is touched",
  takes:
    "kubernetes' sources of that version (1.14 or later have the tag), git and rpmbuild; docker, or the Go that this version was built with",
  lasts: "not measured; by docker the first build also downloads its build image",
  undoneBy: "removing the RPM: nothing else knows of it",
  byHand: [
    "git clone --depth 1 --branch vVERSION https://github.com/kubernetes/kubernetes && cd kubernetes",
    'by docker: ./build/run.sh make kubelet GOFLAGS="-v -tags=nokmem" KUBE_BUILD_PLATFORMS=linux/amd64',
    'or by Go: make kubelet GOFLAGS="-v -tags=nokmem" KUBE_BUILD_PLATFORMS=linux/amd64',
    "rpmdev-setuptree, and into ~/rpmbuild/BUILD the binary and build/rpms/kubelet.spec and kubelet.service",
    "in the spec: no braces around names, OVERRIDE_THIS is VERSION, and a Release above that of the installed package",
    "rpmbuild -bb ~/rpmbuild/BUILD/kubelet.spec",
  ],
  readMore: "docs/kmem.md, Building a kubelet without kmem",
};
