/** The pieces that `%` formatting and `str.format` share. */

/** `<`, `>`, `^` as in a format spec, by code points. */
export function pad(text: string, width: number, align: string, fill: string): string {
  const missing = width - (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);
  if (missing <= 0) return text;
  if (align === "<") return text + fill.repeat(missing);
  if (align === "^") {
    const left = Math.floor(missing / 2);
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }
  return fill.repeat(missing) + text;
}

/** The sign that stands before a number: `+` and space are asked for by a flag. */
export function groupSign(isNegative: boolean, flags: string): string {
  if (isNegative) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
}

/** `%e`: at least two digits of exponent. */
export function exponentText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const [mantissa = "", exponent = "0"] = value.toExponential(Math.min(digits, 100)).split("e");
  const size = String(Math.abs(Number(exponent))).padStart(2, "0");
  return `${mantissa}e${exponent.startsWith("-") ? "-" : "+"}${size}`;
}

/** `%g`: the shorter of `%e` and `%f`, without trailing zeros. */
export function generalText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const precision = Math.max(1, Math.min(digits, 100));
  const exponent = Number(value.toExponential(precision - 1).split("e")[1]);
  if (exponent < -4 || exponent >= precision) {
    const [mantissa = "", power = ""] = exponentText(value, precision - 1).split("e");
    return `${withoutZeros(mantissa)}e${power}`;
  }
  return withoutZeros(fixedText(value, Math.max(0, precision - 1 - exponent)));
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

/** The number with so many digits behind the point; exact ties go to the even digit, as in Python. */
export function fixedText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  const places = Math.min(digits, 100);
  const text = value.toFixed(places);
  if (places >= 100) return text;
  const exact = value.toFixed(100);
  const cut = exact.indexOf(".") + 1 + places;
  if (!/^50*$/.test(exact.slice(cut))) return text;
  const low = places === 0 ? exact.slice(0, cut - 1) : exact.slice(0, cut);
  return /[02468]$/.test(low) ? low : text;
}
