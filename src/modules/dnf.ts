/** Installs, replaces and removes packages (Ansible's `dnf`). */

import { packageModule } from "./packages/package-module.ts";

export const dnf = packageModule("dnf", "Make packages present, newest or absent (the same as package)");
