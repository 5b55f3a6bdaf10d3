/** The same as `package`, under the name that tasks with RPM files may want. */

import { packageModule } from "./packages/package-module.ts";

export const rpm = packageModule("rpm", "Install, replace or remove RPM packages (the same as package)");
