import { userInfo } from "node:os";

/** The name of who runs kmend; of an id without a name, as containers have them, the number. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return localId();
  }
}

/** The number of who runs kmend. */
export function localId(): string {
  return String(process.getuid?.() ?? "");
}
