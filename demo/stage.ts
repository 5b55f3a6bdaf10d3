/** How the demo speaks: numbered stages, what each proves, and claims that hold or end it. */

const startedAt = Date.now();
let number = 0;

/** Begins a stage: what happens, and what it proves. */
export function stage(title: string, proves?: string): void {
  number += 1;
  console.log(`\n━━ ${number}. ${title}  (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`);
  if (proves) console.log(`   proves: ${proves}`);
}

/** Says that the sentence holds once `test` passed; a `check` that fails in it ends the demo. */
export function claim(sentence: string, test: () => void): void {
  test();
  console.log(`   ✔ ${sentence}`);
}

/** @throws Error with the sentence when the condition does not hold */
export function check(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`The demo did not show what it promises: ${sentence}`);
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of [header, ...rows])
    console.log(
      `   ${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd()}`,
    );
}
