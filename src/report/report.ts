/**
 * Readers of the journal: each turns events into what a person or a program reads, and knows no other source.
 *
 * Words: a **reader** takes one event at a time and writes text. `plain` is for logs, `pretty` for a terminal, `json`
 * and `ndjson` for programs.
 * Must: output of a host is data: control characters never reach a terminal.
 */

export { ansibleJson } from "./ansible-json.ts";
export { changesTable } from "./changes-table.ts";
export { diffText } from "./diff-text.ts";
export { type FleetView, failureText, fleetView, paintFleet } from "./fleet-view.ts";
export { heldText, saidWords } from "./held.ts";
export { byHostName, firstHosts } from "./host-order.ts";
export { howMany } from "./how-many.ts";
export { ndjsonReader } from "./ndjson.ts";
export { plainReader } from "./plain.ts";
export { planSummary } from "./plan-summary.ts";
export { type PrettyOptions, prettyReader } from "./pretty.ts";
export type { Paper, Reader } from "./reader.ts";
export { type HostSummary, runSummary, type WrittenSummary } from "./run-summary.ts";
export { runsTable } from "./runs-table.ts";
export { leaks, type ScannedHost, scannedHosts } from "./scan.ts";
export { explainText } from "./scan-explain.ts";
export { type ScanMeasurement, scanMeasurements } from "./scan-measurements.ts";
export { scanText } from "./scan-text.ts";
export { soakWords } from "./soak-line.ts";
export { textsSaid } from "./spoken.ts";
export { cut, harmless } from "./style.ts";
export { wrap, wrapAll } from "./wrap.ts";
export type { Account } from "./written/account.ts";
export { accountKeeper, accountOf } from "./written/account-of.ts";
export { durationWords } from "./written/times.ts";
export { ansibleShape, type ReportFormat, reportFormats, writtenReport } from "./written/written.ts";
