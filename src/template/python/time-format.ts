/** `strftime` and `strptime`, in the C locale. */

import { templateError } from "./failure.ts";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const pad = (value: number, width = 2, fill = "0") => String(value).padStart(width, fill);

const writers: Readonly<Record<string, (date: Date, offset: number) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  y: (date) => pad(date.getUTCFullYear() % 100),
  C: (date) => pad(Math.floor(date.getUTCFullYear() / 100)),
  m: (date) => pad(date.getUTCMonth() + 1),
  d: (date) => pad(date.getUTCDate()),
  e: (date) => pad(date.getUTCDate(), 2, " "),
  H: (date) => pad(date.getUTCHours()),
  k: (date) => pad(date.getUTCHours(), 2, " "),
  I: (date) => pad(date.getUTCHours() % 12 || 12),
  l: (date) => pad(date.getUTCHours() % 12 || 12, 2, " "),
  M: (date) => pad(date.getUTCMinutes()),
  S: (date) => pad(date.getUTCSeconds()),
  f: (date) => pad(date.getUTCMilliseconds() * 1000, 6),
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  P: (date) => (date.getUTCHours() < 12 ? "am" : "pm"),
  a: (date) => (weekdays[date.getUTCDay()] ?? "").slice(0, 3),
  A: (date) => weekdays[date.getUTCDay()] ?? "",
  b: (date) => (months[date.getUTCMonth()] ?? "").slice(0, 3),
  h: (date) => (months[date.getUTCMonth()] ?? "").slice(0, 3),
  B: (date) => months[date.getUTCMonth()] ?? "",
  j: (date) => pad(dayOfYear(date) + 1, 3),
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  U: (date) => pad(Math.floor((dayOfYear(date) + 7 - date.getUTCDay()) / 7)),
  W: (date) => pad(Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() + 6) % 7)) / 7)),
  G: (date) => String(isoWeek(date).year),
  g: (date) => pad(isoWeek(date).year % 100),
  V: (date) => pad(isoWeek(date).week),
  s: (date, offset) => String(Math.floor(date.getTime() / 1000) - offset),
  n: () => "\n",
  t: () => "\t",
  "%": () => "%",
};

const composites: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

export interface Zone {
  /** Seconds east of UTC; absent: the time has no zone. */
  readonly offset?: number;
  readonly name?: string;
}

/** The date's UTC fields, written by the format. */
export function formatTime(date: Date, format: string, zone: Zone = {}): string {
  return format.replace(/%([-_0^#]?)([a-zA-Z%])/g, (whole, flag, letter) => {
    const composite = composites[letter];
    if (composite !== undefined) return formatTime(date, composite, zone);
    if (letter === "Z") return zone.name ?? "";
    if (letter === "z") return zone.offset === undefined ? "" : offsetText(zone.offset);
    const text = writers[letter]?.(date, zone.offset ?? 0);
    if (text === undefined) return whole;
    if (flag === "-") return text.replace(/^[0 ]+(?=.)/, "");
    return flag === "^" ? text.toUpperCase() : text;
  });
}

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60));
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime());
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

const readers: Readonly<Record<string, string>> = {
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>1[0-2]|0?[1-9])",
  d: "(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])",
  e: "(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])",
  H: "(?<H>2[0-3]|[01]?\\d)",
  I: "(?<I>1[0-2]|0?[1-9])",
  M: "(?<M>[0-5]?\\d)",
  S: "(?<S>6[01]|[0-5]?\\d)",
  f: "(?<f>\\d{1,6})",
  p: "(?<p>[AaPp][Mm])",
  z: "(?<z>Z|[+-]\\d{2}:?\\d{2})",
  Z: "(?<Z>UTC|GMT|[A-Z]{3,4})",
  j: "(?<j>\\d{1,3})",
  b: `(?<b>${months.map((name) => name.slice(0, 3)).join("|")})`,
  B: `(?<B>${months.join("|")})`,
  a: `(?:${weekdays.map((name) => name.slice(0, 3)).join("|")})`,
  A: `(?:${weekdays.join("|")})`,
  "%": "%",
};

/** Milliseconds of the time that the text tells, as `strptime` reads it. */
export function parseTime(text: string, format: string): number {
  const expanded = format.replace(/%([a-zA-Z])/g, (whole, letter) => composites[letter] ?? whole);
  const source = expanded.replace(/%([a-zA-Z%])|\s+|([\\^$.*+?()[\]{}|/-])/g, (whole, letter, special) => {
    if (special !== undefined) return `\\${special}`;
    if (letter === undefined) return "\\s+";
    const reader = readers[letter];
    if (reader === undefined) throw templateError(`'${letter}' is a bad directive in format '${format}'`);
    return reader || whole;
  });
  const match = new RegExp(`^${source}$`, "i").exec(text);
  if (!match) throw templateError(`time data '${text}' does not match format '${format}'`);
  return fromFields(match.groups ?? {});
}

function fromFields(fields: Readonly<Record<string, string | undefined>>): number {
  const number = (name: string, fallback: number) => Number(fields[name] ?? fallback);
  const short = fields["y"] === undefined ? 1900 : number("y", 0) + (number("y", 0) < 69 ? 2000 : 1900);
  const year = number("Y", short);
  const month = fields["m"] === undefined ? monthOf(fields["B"] ?? fields["b"]) : number("m", 1);
  const half = fields["p"]?.toLowerCase();
  const hour =
    half === undefined ? number("H", number("I", 0)) : (number("I", 12) % 12) + (half === "pm" ? 12 : 0);
  const day = fields["j"] === undefined ? number("d", 1) : number("j", 1);
  const micros = Number((fields["f"] ?? "0").padEnd(6, "0"));
  const date = new Date(
    Date.UTC(
      2000,
      fields["j"] === undefined ? month - 1 : 0,
      day,
      hour,
      number("M", 0),
      number("S", 0),
      Math.floor(micros / 1000),
    ),
  );
  date.setUTCFullYear(year + (date.getUTCFullYear() - 2000));
  return date.getTime();
}

function monthOf(name: string | undefined): number {
  if (name === undefined) return 1;
  return months.findIndex((month) => month.toLowerCase().startsWith(name.slice(0, 3).toLowerCase())) + 1;
}
