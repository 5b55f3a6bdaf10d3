/** Checksums of bytes that the plan itself makes. */

import { createHash } from "node:crypto";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function sha1(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** Of no bytes at all. */
export const emptySha256 = sha256(new Uint8Array());

/** Registered for playbooks that read it; nothing here trusts it. */
export function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}
