/** A time as the clock on the wall shows it, in the fields that `getUTC...` reads. */

import type { Zone } from "../python/time-format.ts";

export function localTime(date: Date): { readonly date: Date; readonly zone: Zone } {
  const minutes = -date.getTimezoneOffset();
  const name = /\(?([A-Z]{2,5})\)?$/.exec(date.toLocaleTimeString("en-US", { timeZoneName: "short" }))?.[1];
  return {
    date: new Date(date.getTime() + minutes * 60_000),
    zone: { offset: minutes * 60, ...(name ? { name } : {}) },
  };
}
