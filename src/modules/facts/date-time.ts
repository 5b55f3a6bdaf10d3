/** ansible_date_time from one call of date(1): everything in it is text, as roles know it. */

import { Dict } from "../../template/values.ts";

export function dateTime(text: string): Dict {
  const [
    year = "",
    month = "",
    day = "",
    hour = "",
    minute = "",
    second = "",
    epoch = "0",
    nano = "",
    ...rest
  ] = text.split("|");
  const [tz = "", offset = "", weekday = "", weekdayNumber = "", weekNumber = ""] = rest;
  // busybox's date knows no %N
  const micro = /^\d{9}$/.test(nano) ? nano.slice(0, 6) : "000000";
  const utc = new Date(Number(epoch) * 1000).toISOString().slice(0, 19);
  const basic = `${year}${month}${day}T${hour}${minute}${second}`;
  return Dict.of({
    year,
    month,
    day,
    hour,
    minute,
    second,
    epoch,
    epoch_int: epoch,
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    iso8601: `${utc}Z`,
    iso8601_micro: `${utc}.${micro}Z`,
    iso8601_basic: `${basic}${micro}`,
    iso8601_basic_short: basic,
    tz,
    tz_dst: tz,
    tz_offset: offset,
    weekday,
    weekday_number: weekdayNumber,
    weeknumber: weekNumber,
  });
}
