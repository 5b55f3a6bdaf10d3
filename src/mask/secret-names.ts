/** Which variables, options and keys hold a secret, by their names. docs/security.md tells the rule. */

const secretWords = new Set([
  "password",
  "passwords",
  "passwd",
  "passphrase",
  "passphrases",
  "secret",
  "secrets",
  "token",
  "tokens",
  "apikey",
  "credential",
  "credentials",
]);

/** Two words that mean a secret only together. */
const secretPairs = new Set([
  "api key",
  "private key",
  "access key",
  "secret key",
  "encryption key",
  "signing key",
  "account key",
  "auth key",
  "ssh key",
  "license key",
]);

/** As the last word these say that it is something about the secret: where it lies, how long it lives. */
const aboutWords = new Set([
  ..."file files path paths dir folder name names user username url uri host ttl length len size type types".split(
    " ",
  ),
  ..."policy timeout age days expiry expires expiration expire count min max enabled required prompt version".split(
    " ",
  ),
  ..."namespace method mode check checking rounds id ids salt cmd command changed owner group lifetime".split(
    " ",
  ),
]);

/** A run asks of the same few names for every event: of two hundred hosts that was a twentieth of the controller's own work. */
const answers = new Map<string, boolean>();

/** Names may come from hosts, and without end. */
const mostAnswers = 10_000;

/** Whether a value of this name is a secret. */
export function namesSecret(name: string): boolean {
  const known = answers.get(name);
  if (known !== undefined) return known;
  if (answers.size >= mostAnswers) answers.clear();
  const answer = judged(name);
  answers.set(name, answer);
  return answer;
}

function judged(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (last === "pass" || (last === "pwd" && words.length > 1)) return true;
  if (aboutWords.has(last)) return false;
  return words.some((word, at) => secretWords.has(word) || secretPairs.has(`${word} ${words[at + 1] ?? ""}`));
}

/** `dbPassword`, `db-password`, `DB_PASSWORD` and `ansible_become_pass` in small words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
}
