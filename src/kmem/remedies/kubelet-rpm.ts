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
  lasts: "not measured; by docker the first build also downloads its build image",
  undoneBy: "removing the RPM: nothing else knows of it",
  risk: "a spec other than the published package's sets /etc/sysconfig/kubelet aside (inferred): fix-kubelet names what changed; not tried by this spec",
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
