/** Installs, replaces and removes packages (Ansible's `package`). */

import { packageModule } from "./packages/package-module.ts";

export const packages = packageModule(
  "package",
  "Make packages present, newest or absent, with the host's own tool",
);
