/** Filters that encode: base64, URLs. */

import { isEncrypted, newVault } from "../../vault/vault.ts";
import { type Context, type Filter, filter, refusedFilter } from "../define.ts";
import { asText, onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { iterate, tryIterate } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { Dict, type Value } from "../values.ts";

const encodings: Readonly<Record<string, BufferEncoding>> = {
  "utf-8": "utf8",
  utf8: "utf8",
  "utf-16-le": "utf16le",
  "utf-16le": "utf16le",
  latin1: "latin1",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
  ascii: "latin1",
  "us-ascii": "latin1",
};

function encodingOf(value: Value | undefined): BufferEncoding {
  const name = asText(value, "utf-8").toLowerCase();
  const encoding = encodings[name];
  if (!encoding)
    throw templateError(
      `the encoding '${name}' is not supported`,
      `Known are ${Object.keys(encodings).join(", ")}.`,
    );
  return encoding;
}

export const encodingFilters: Readonly<Record<string, Filter>> = {
  b64encode: filter("Text as base64", ["encoding"], (value, { encoding }) =>
    Buffer.from(str(value), encodingOf(encoding)).toString("base64"),
  ),
  b64decode: filter("Base64 as text", ["encoding"], (value, { encoding }) => {
    const text = onlyText(value, "the value to decode").replaceAll(/\s/g, "");
    if (/[^A-Za-z0-9+/=]/.test(text) || text.replace(/=+$/, "").length % 4 === 1)
      throw templateError("the value is not base64");
    return Buffer.from(text, "base64").toString(encodingOf(encoding));
  }),
  urlencode: filter("Text, or a dict's pairs, as part of a URL", [], (value) => {
    const pairs =
      toDict(value)?.entries() ?? (typeof value === "string" ? undefined : tryIterate(value)?.map(pairOf));
    if (!pairs) return quoted(str(value), true);
    return pairs.map(([key, item]) => `${quoted(str(key), false)}=${quoted(str(item), false)}`).join("&");
  }),
  urlsplit: filter("The parts of a URL, or one of them", ["query"], (value, { query }) => {
    const parts = urlParts(str(value));
    if (query === undefined || query === "") return parts;
    const part = parts.get(asText(query));
    if (part === undefined) throw templateError(`urlsplit: unknown URL component: ${asText(query)}`);
    return part;
  }),
  vault: refusedFilter(
    "a template would give another text each time; encrypt it beforehand by kmend vault encrypt_string",
  ),
  unvault: filter(
    "What a text that ansible-vault encrypted hides",
    ["secret", "vaultid", "vault"],
    (value, { secret }, context) => unvaulted(str(value), onlyText(secret, "the secret"), context),
  ),
};

function unvaulted(text: string, secret: string, { settings }: Context): string {
  if (!isEncrypted(text)) return text;
  const place = { file: "unvault", line: 1, column: 1 };
  const opened = newVault([{ label: "secret", password: secret }])
    .open(text, place, "value")
    .toString("utf8");
  settings.vault.hide(opened);
  return opened;
}

function pairOf(value: Value): readonly [Value, Value] {
  const [key = null, item = null] = iterate(value);
  return [key, item];
}

function quoted(text: string, keepSlash: boolean): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll("%2F", "/") : encoded.replaceAll("%20", "+");
}

function urlParts(url: string): Dict {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
    url,
  );
  const [, scheme = "", netloc = "", path = "", query = "", fragment = ""] = match ?? [];
  const [, user, password, host = "", port] =
    /^(?:([^:@]*)(?::([^@]*))?@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(netloc) ?? [];
  return Dict.of({
    fragment,
    hostname: host === "" ? null : host.replace(/^\[|\]$/g, "").toLowerCase(),
    netloc,
    password: password ?? null,
    path,
    port: port === undefined ? null : Number(port),
    query,
    scheme: scheme.toLowerCase(),
    username: user ?? null,
  });
}
