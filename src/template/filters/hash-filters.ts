/** Filters that hash. */

import { createHash, getHashes } from "node:crypto";
import { type Filter, filter, refusedFilter } from "../define.ts";
import { asText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { str } from "../python/text.ts";

function digest(algorithm: string, text: string): string {
  if (!getHashes().includes(algorithm)) throw templateError(`there is no hash of the name '${algorithm}'`);
  return createHash(algorithm).update(text, "utf8").digest("hex");
}

/** Ansible's own namespace, so that `to_uuid` gives the same answer. */
const ansibleNamespace = "361e6d51-faec-444a-9079-341386da8e2e";

export const hashFilters: Readonly<Record<string, Filter>> = {
  hash: filter("A hash of the text: sha1 unless named", ["hashtype"], (value, { hashtype }) =>
    digest(asText(hashtype, "sha1"), str(value)),
  ),
  md5: filter("The text's MD5", [], (value) => digest("md5", str(value))),
  sha1: filter("The text's SHA-1", [], (value) => digest("sha1", str(value))),
  checksum: filter("The text's SHA-1", [], (value) => digest("sha1", str(value))),
  to_uuid: filter("A UUID made of the text and a namespace", ["namespace"], (value, { namespace }) =>
    uuid(str(value), asText(namespace, ansibleNamespace)),
  ),
  password_hash: refusedFilter(
    "crypt's hashes are not built in; make the hash beforehand (mkpasswd, openssl passwd -6)",
  ),
};

/** UUID version 5. */
function uuid(text: string, namespace: string): string {
  const space = namespace.replaceAll("-", "");
  if (!/^[0-9a-fA-F]{32}$/.test(space))
    throw templateError(`Invalid value for 'namespace': '${namespace}' is not a UUID`);
  const bytes = createHash("sha1")
    .update(Buffer.from(space, "hex"))
    .update(text, "utf8")
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
