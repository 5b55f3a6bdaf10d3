/** What every demo is told in: a fleet that is there while it lasts, and gone afterwards, also where it fails or is interrupted. */

import { whatIsMissing } from "../src/lab/lab.ts";
import { createFleet, type Fleet } from "./fleet.ts";

/** Raises nothing by itself: the story does. @param name the lab's name */
export async function tellWith(name: string, story: (fleet: Fleet) => Promise<void>): Promise<void> {
  const missing = whatIsMissing();
  if (missing !== null) {
    console.error(
      `Cannot raise the rehearsal fleet here: ${missing}. The rest works: kmend on hosts of your own.`,
    );
    process.exit(1);
  }
  const fleet = createFleet(name);
  for (const signal of ["SIGINT", "SIGTERM"])
    process.on(signal, async () => {
      await fleet.down();
      process.exit(99);
    });
  let failure: unknown;
  try {
    await story(fleet);
  } catch (error) {
    failure = error;
  }
  await fleet.down();
  if (failure === undefined) return;
  console.error(`\n${failure instanceof Error ? failure.message : String(failure)}`);
  process.exitCode = 1;
}
