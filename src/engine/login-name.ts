import { userInfo } from "node:os";

/** The login that kmend runs as; its number where it has no name, as in containers. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
