/** `1 host`, `2 hosts`, `1,500 hosts`. */
export function howMany(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
