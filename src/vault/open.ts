import { exitCodes, KmendError, type Place } from "../problem/problem.ts";
import { deriveKeys, type Keys, openEnvelope } from "./decrypt.ts";
import { BadEnvelope, type Envelope, labelOf, readEnvelope } from "./envelope.ts";

export interface VaultPassword {
  /** Ansible's vault id: which envelopes it is tried on first. */
  readonly label: string;
  readonly password: string;
}

/** An envelope that was opened. */
export interface Opened {
  readonly content: Buffer;
  /** The envelope's own; null: it names none. */
  readonly label: string | null;
  readonly password: string;
}

/** A vault that also tells which password fitted, for whoever seals anew what it opened. */
export interface TellingVault extends Vault {
  /** As `open`. @throws KmendError what `open` throws */
  openAndTell(envelope: string, place: Place, what: "value" | "file"): Opened;
}

interface VaultOptions {
  /** Only passwords of the envelope's own label are tried; else those come first. */
  readonly onlyMatching?: boolean;
  /** Of what `open` throws; default: as for a playbook that does not load. */
  readonly exitCode?: number;
  /** Hears of every text that must not be shown from now on. */
  hide?(text: string): void;
}

/** The passwords of a process, and what they open. */
export interface Vault {
  /** What the envelope hides. A value of a YAML file stands at `place`; of a whole file, `place` is its start.
   *  @throws KmendError `vault-no-password`, `vault-wrong-password`, `vault-damaged` */
  open(envelope: string, place: Place, what: "value" | "file"): Buffer;
  /** This text came out of an envelope: nobody is to see it. */
  hide(text: string): void;
}

/** Opens envelopes with these passwords. */
export function newVault(passwords: readonly VaultPassword[], options: VaultOptions = {}): TellingVault {
  // Deriving takes long, and one file is opened for many hosts.
  const derived = new Map<string, Keys>();
  const keysOf = (password: string, salt: Buffer): Keys => {
    const id = JSON.stringify([password, salt.toString("hex")]);
    const keys = derived.get(id) ?? deriveKeys(password, salt);
    derived.set(id, keys);
    return keys;
  };
  const vault: TellingVault = {
    open: (text, place, what) => vault.openAndTell(text, place, what).content,
    openAndTell(text, place, what) {
      const complaint = complaintAbout(place, what, options.exitCode ?? exitCodes.parseError);
      if (passwords.length === 0) throw complaint.nothingToTry(labelOf(text), passwords);
      try {
        const envelope = readEnvelope(text);
        const order = tried(passwords, envelope, options.onlyMatching ?? false);
        for (const { password } of order) {
          const content = openEnvelope(envelope, keysOf(password, envelope.salt));
          if (content) return { content, label: envelope.label, password };
        }
        throw order.length > 0
          ? complaint.doesNotFit(envelope.label, order)
          : complaint.nothingToTry(envelope.label, passwords);
      } catch (error) {
        if (error instanceof BadEnvelope) throw complaint.damaged(error.message);
        throw error;
      }
    },
    hide: (text) => options.hide?.(text),
  };
  return vault;
}

/** Has no password: opens nothing. */
export const closedVault: Vault = newVault([]);

function tried(
  passwords: readonly VaultPassword[],
  { label }: Envelope,
  onlyMatching: boolean,
): readonly VaultPassword[] {
  const own = passwords.filter((each) => each.label === label);
  if (onlyMatching && label !== null) return own;
  return [...own, ...passwords.filter((each) => each.label !== label)];
}

function complaintAbout(place: Place, what: "value" | "file", exitCode: number) {
  const problem = (code: string, why: string, hint: string): KmendError =>
    new KmendError({ code, message: `Cannot read an encrypted ${what}: ${why}`, place, hint }, exitCode);
  const named = (label: string | null): string => (label === null ? "" : ` with the vault id "${label}"`);
  return {
    nothingToTry: (label: string | null, passwords: readonly VaultPassword[]) =>
      problem(
        "vault-no-password",
        passwords.length === 0
          ? "no vault password was given"
          : `no vault password${named(label)} was given, and only those are to be tried`,
        `Give ${label === null ? "it" : `the one${named(label)}`} with ${optionsFor(label)}`,
      ),
    doesNotFit: (label: string | null, order: readonly VaultPassword[]) =>
      problem(
        "vault-wrong-password",
        `no vault password that was given opens it (tried: ${order.map((each) => each.label).join(", ")})`,
        `It was encrypted${named(label) || " without a vault id"}. Give its password with ${optionsFor(label)}\nWhere the password is right, the text was changed after it was encrypted.`,
      ),
    damaged: (why: string) =>
      problem("vault-damaged", why, "Take it from where it came from once more, or encrypt it anew."),
  };
}

function optionsFor(label: string | null): string {
  return label === null || label === "default"
    ? "--vault-password-file FILE or --ask-vault-password"
    : `--vault-id ${label}@FILE or --vault-id ${label}@prompt`;
}
