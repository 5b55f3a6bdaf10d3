/** Envelopes for tests. test/conformance/cases/vault.yml holds what the real `ansible-vault` wrote. */

import { encrypt } from "../../src/vault/vault.ts";

/** @param label Ansible's vault id: format 1.2; without one: 1.1 */
export function sealed(content: string | Buffer, password: string, label?: string): string {
  return encrypt(content, { label: label ?? null, password });
}

/** As a value in YAML, behind `name: `. */
export function sealedValue(content: string, password: string, label?: string, indent = 6): string {
  return `!vault |\n${sealed(content, password, label).replaceAll(/^(?=.)/gm, " ".repeat(indent))}`;
}
