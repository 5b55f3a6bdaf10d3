import type { Remedy } from "./remedy.ts";

export const runtimeWithoutKmem: Remedy = {
  name: "runtime without kmem",
  does: "Swap the container runtime for one without kmem and restart its service",
  playbook: "kmend.playbooks.fix-runtime",
  mends:
    "the runtime no longer switches accounting on in the containers that it starts, from the next one on",
  leaves: "containers that run already leak once each when they end; leaked ids",
  appliesTo: "nodes whose runc, or NVIDIA's fork of it, was built with kmem and uses the cgroupfs driver",
  needs: "restart",
  takes:
    "a package of it without kmem: containerd.io 1.3.8, 1.4.1 or later, or runc rc94 or later; for NVIDIA's 3.0.0 or later and such a runc",
  undoneBy: "kmend rollback, or an update of the package that nobody locked",
  risk: "low: containers outlive their engine's restart where it keeps them (docker: live-restore)",
  helps: (state) => state.runtimeSwitchesOn,
  after: (state) => ({ ...state, runtimeSwitchesOn: false }),
};
