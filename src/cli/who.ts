import { hostname, userInfo } from "node:os";

/** Who runs kmend and where: `alice@bastion`, or `alice, as root@bastion` under sudo. */
export function whoRuns(env: NodeJS.ProcessEnv): string {
  const before = env["SUDO_USER"];
  const account = `${userName()}@${hostname()}`;
  return before === undefined || before === "" || before === userName()
    ? account
    : `${before}, as ${account}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // An id without a name, as containers have them.
    return String(process.getuid?.() ?? "");
  }
}
