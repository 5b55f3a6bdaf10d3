/** Python's datetime and timedelta, as far as playbooks use them. Times have no zone of their own. */

import { Float, int, isInt, type Value } from "../values.ts";
import { templateError } from "./failure.ts";
import { asValue, Callable, isObject, PyObject } from "./py-object.ts";
import { str } from "./text.ts";
import { formatTime, parseTime } from "./time-format.ts";

const daySeconds = 86_400;

export class DateTime extends PyObject {
  readonly typeName = "datetime";
  /** Milliseconds since 1970, read as if the clock on the wall were UTC's. */
  readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  static parse(text: string, format: string): DateTime {
    return new DateTime(parseTime(text, format));
  }

  order(): number {
    return this.ms;
  }

  minus(other: Value): Value {
    if (isObject(other) && (other as unknown) instanceof DateTime)
      return asValue(new TimeSpan(this.ms - (other as unknown as DateTime).ms));
    if (isObject(other) && (other as unknown) instanceof TimeSpan)
      return asValue(new DateTime(this.ms - (other as unknown as TimeSpan).ms));
    throw templateError("a datetime minus something that is neither a datetime nor a timedelta");
  }

  override attribute(name: string): Value | undefined {
    const date = new Date(this.ms);
    const parts: Readonly<Record<string, number>> = {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      microsecond: date.getUTCMilliseconds() * 1000,
    };
    if (Object.hasOwn(parts, name)) return parts[name];
    const method = methods[name];
    return method && asValue(new Callable(name, (given) => method(this, given.positional.map(str))));
  }

  text(): string {
    const date = new Date(this.ms);
    return formatTime(date, date.getUTCMilliseconds() === 0 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M:%S.%f");
  }
}

const methods: Readonly<Record<string, (time: DateTime, args: readonly string[]) => Value>> = {
  strftime: (time, [format = ""]) => formatTime(new Date(time.ms), format),
  isoformat: (time, [separator = "T"]) => time.text().replace(" ", separator),
  timestamp: (time) => new Float(time.ms / 1000),
  weekday: (time) => (new Date(time.ms).getUTCDay() + 6) % 7,
  isoweekday: (time) => new Date(time.ms).getUTCDay() || 7,
  date: (time) => formatTime(new Date(time.ms), "%Y-%m-%d"),
  time: (time) => formatTime(new Date(time.ms), "%H:%M:%S"),
};

class TimeSpan extends PyObject {
  readonly typeName = "timedelta";
  readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  order(): number {
    return this.ms;
  }

  override attribute(name: string): Value | undefined {
    const seconds = Math.floor(this.ms / 1000);
    const days = Math.floor(seconds / daySeconds);
    if (name === "days") return int(days);
    if (name === "seconds") return int(seconds - days * daySeconds);
    if (name === "microseconds") return int(Math.round((this.ms - seconds * 1000) * 1000));
    return name === "total_seconds"
      ? asValue(new Callable(name, () => new Float(this.ms / 1000)))
      : undefined;
  }

  text(): string {
    const seconds = Math.floor(this.ms / 1000);
    const days = Math.floor(seconds / daySeconds);
    const rest = seconds - days * daySeconds;
    const two = (value: number) => String(value).padStart(2, "0");
    const clock = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
    const micros = Math.round((this.ms - seconds * 1000) * 1000);
    const dayText = days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `;
    return dayText + clock + (micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`);
  }
}

/** A point in time given as a number of seconds. */
export function fromSeconds(value: Value): Date | undefined {
  if (isInt(value)) return new Date(Number(value) * 1000);
  return value instanceof Float ? new Date(value.value * 1000) : undefined;
}
