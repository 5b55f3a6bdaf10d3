/**
 * What watches kmend from outside: metrics of a run or a scan, and its spans; both made of the journal's events alone.
 *
 * Words: a **family** is a metric with its samples, of one name; a **span** is a piece of a run that has a beginning and an end.
 * Must: few series, however large the fleet and the playbook: no label is a task, and hosts are labels only in what a scan found.
 * Must: no secret (the journal has none), and nothing that a host or a playbook says breaks a line. Pure: who writes, listens and
 * sends is `cli`.
 */

export { acceptedExposition } from "./accepted-exposition.ts";
export { type Exposition, exposition, expositionTypes } from "./exposition.ts";
export type { Family } from "./family.ts";
export type { SpanStep } from "./open-spans.ts";
export { type OtlpSettings, otlpSecrets, otlpSettings } from "./otlp-settings.ts";
export { runFamilies } from "./run-families.ts";
export { runState } from "./run-state.ts";
export { scanFamilies } from "./scan-families.ts";
export { spanSteps } from "./spans.ts";
