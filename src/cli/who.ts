import { hostname } from "node:os";
import { loginName } from "../engine/engine.ts";

/** Who runs kmend and where: `alice@bastion`, or `alice, as root@bastion` under sudo. */
export function whoRuns(env: NodeJS.ProcessEnv): string {
  const before = env["SUDO_USER"];
  const account = `${loginName()}@${hostname()}`;
  return before === undefined || before === "" || before === loginName()
    ? account
    : `${before}, as ${account}`;
}
