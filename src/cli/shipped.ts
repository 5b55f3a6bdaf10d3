import { join } from "node:path";

/** The path of something that the package ships, from a clone as from an installation. */
export function shipped(path: string): string {
  return join(import.meta.dirname, "..", "..", path);
}
