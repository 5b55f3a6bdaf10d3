/** Installs, replaces and removes packages (Ansible's `yum`). */

import { packageModule } from "./packages/package-module.ts";

export const yum = packageModule("yum", "Make packages present, newest or absent (the same as package)");
