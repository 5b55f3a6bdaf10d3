/** Filters on dates and times. */

import { type Filter, filter } from "../define.ts";
import { asFlag, asText } from "../python/convert.ts";
import { DateTime, fromSeconds } from "../python/date-time.ts";
import { templateError } from "../python/failure.ts";
import { asValue } from "../python/py-object.ts";
import { str } from "../python/text.ts";
import { formatTime } from "../python/time-format.ts";
import { localTime } from "../scope/local-time.ts";
import { Float } from "../values.ts";
import { toFloat } from "./number-filters.ts";

export const timeFilters: Readonly<Record<string, Filter>> = {
  to_datetime: filter("Text as a date and time", ["format"], (value, { format }) =>
    asValue(DateTime.parse(str(value), asText(format, "%Y-%m-%d %H:%M:%S"))),
  ),
  strftime: filter(
    "A time in seconds (or now) written by the format, which is the value",
    ["second", "utc"],
    (value, { second, utc }, context) => {
      const seconds = second === undefined || second === null ? undefined : toFloat(second);
      if (second !== undefined && second !== null && seconds === undefined)
        throw templateError(`Invalid value for epoch value (${str(second)})`);
      const date = seconds === undefined ? context.settings.now() : (fromSeconds(new Float(seconds)) as Date);
      if (asFlag(utc, false)) return formatTime(date, str(value), { offset: 0, name: "UTC" });
      const local = localTime(date);
      return formatTime(local.date, str(value), local.zone);
    },
  ),
};
