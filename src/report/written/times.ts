import { howMany } from "../how-many.ts";

/** `2026-11-26 20:31:24 UTC`. */
export function clockWords(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

/** `1 h 02 min`, `3 min 12 s`, `4.2 s`. */
export function durationWords(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 60) return `${Number(s.toFixed(1))} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(s % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `once`, `3 times`. */
export function timesWords(count: number): string {
  return count === 1 ? "once" : howMany(count, "time");
}
