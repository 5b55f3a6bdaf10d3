import { exitCodes, KmendError } from "../../problem/problem.ts";

/** Of a whole file that `ansible-vault` encrypted: its text would be taken for what it hides.
 *  @throws KmendError `vault-unsupported` */
export function refuseEncrypted(text: string, file: string): void {
  if (!text.startsWith("$ANSIBLE_VAULT;")) return;
  throw new KmendError(
    {
      code: "vault-unsupported",
      message: "Cannot read an encrypted file: vaults are not supported",
      place: { file, line: 1, column: 1 },
      hint: `Decrypt it before the run; or pass variables another way, for example\n    ansible-vault view ${file} > vars.yml\n    kmend run PLAYBOOK -e @vars.yml`,
    },
    exitCodes.parseError,
  );
}
