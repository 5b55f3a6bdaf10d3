/** The text that `ansible-vault` writes: a line that says what it is, then hexadecimal digits. */

/** An envelope, taken apart. */
export interface Envelope {
  /** Ansible's vault id; null: the envelope names none. */
  readonly label: string | null;
  readonly salt: Buffer;
  /** HMAC-SHA256 of the cipher text: 32 bytes. */
  readonly seal: Buffer;
  readonly cipherText: Buffer;
}

/** What is wrong with an envelope, as the end of a sentence. */
export class BadEnvelope extends Error {}

const start = "$ANSIBLE_VAULT;";
const sealLength = 32;
const lineLength = 80;
/** What Ansible calls an envelope without a label; it is never written. */
const noLabel = "default";

/** Whether the file or text begins as an envelope does. */
export function isEncrypted(content: string | Uint8Array): boolean {
  const head =
    typeof content === "string"
      ? content.slice(0, start.length)
      : Buffer.from(content.subarray(0, start.length)).toString("latin1");
  return head === start;
}

/** The label of an envelope that may be damaged. */
export function labelOf(text: string): string | null {
  return text.trimStart().split("\n", 1)[0]?.trim().split(";")[3] ?? null;
}

/** Takes apart versions 1.1 and 1.2, which differ by their label alone.
 *  Source: "Format of files encrypted with Ansible Vault" in Ansible's guide to vaults.
 *  @throws BadEnvelope */
export function readEnvelope(text: string): Envelope {
  const [header = "", ...lines] = text.trim().split("\n");
  const [, version, cipher, label] = header.trim().split(";");
  if (version !== "1.1" && version !== "1.2")
    throw new BadEnvelope(`its format is ${version || "not named"}, wanted 1.1 or 1.2`);
  if (cipher !== "AES256") throw new BadEnvelope(`its cipher is ${cipher || "not named"}, wanted AES256`);
  const inner = unhex(lines.map((line) => line.trim()).join("")).toString("latin1");
  const parts = inner.split("\n");
  if (parts.length !== 3) throw new BadEnvelope("it does not hold a salt, a seal and a cipher text");
  const [salt, seal, cipherText] = parts.map(unhex) as [Buffer, Buffer, Buffer];
  if (seal.length !== sealLength) throw new BadEnvelope(`its seal is ${seal.length} bytes long`);
  return { label: label || null, salt, seal, cipherText };
}

/** Puts an envelope together: version 1.2 where it has a label, else 1.1; 80 digits a line. */
export function writeEnvelope({ label, salt, seal, cipherText }: Envelope): string {
  const isLabelled = label !== null && label !== "" && label !== noLabel;
  const header = isLabelled ? `${start}1.2;AES256;${label}` : `${start}1.1;AES256`;
  const inner = [salt, seal, cipherText].map((each) => each.toString("hex")).join("\n");
  const digits = Buffer.from(inner, "latin1").toString("hex");
  const lines = digits.match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  return `${[header, ...lines].join("\n")}\n`;
}

function unhex(text: string): Buffer {
  if (text.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(text))
    throw new BadEnvelope("it holds something else than pairs of hexadecimal digits, or its end is missing");
  return Buffer.from(text, "hex");
}
