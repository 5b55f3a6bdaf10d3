/** Whether this is a guest, and of what, by systemd-detect-virt(1). */

import type { Value } from "../../template/values.ts";
import type { Texts } from "./texts.ts";

const types: Readonly<Record<string, string>> = {
  vmware: "VMware",
  microsoft: "VirtualPC",
  oracle: "virtualbox",
  qemu: "kvm",
  amazon: "kvm",
  "systemd-nspawn": "systemd-nspawn",
};

export function virtualFacts(texts: Texts): Record<string, Value> {
  const said = texts.get("virt").trim();
  if (said === "" || said === "none") return { virtualization_type: "NA", virtualization_role: "NA" };
  return { virtualization_type: types[said] ?? said, virtualization_role: "guest" };
}
