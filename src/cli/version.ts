import { createRequire } from "node:module";

/** kmend's own version, from its package. */
export const version: string = (createRequire(import.meta.url)("../../package.json") as { version: string })
  .version;
