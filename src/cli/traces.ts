import type { Event } from "../journal/journal.ts";
import { otlpSecrets, otlpSettings } from "../telemetry/telemetry.ts";
import { processMask } from "./process-mask.ts";

/** Follows a run with spans, where the environment names a collector; elsewhere nothing is loaded.
 *  @param past events of a run that goes on @param warn is told what cannot be sent */
export async function followWithSpans(
  past: readonly Event[],
  warn: (text: string) => void,
): Promise<{ take(event: Event): void; end(): Promise<void> } | null> {
  const settings = otlpSettings(process.env);
  if (settings === null) return null;
  for (const secret of otlpSecrets(process.env)) processMask.know(secret);
  if (typeof settings === "string") {
    warn(`traces: none are sent: ${settings}`);
    return null;
  }
  const { sendSpans } = await import("./otlp-spans.ts");
  return sendSpans(settings, past, warn);
}
