/** `1 host`, `2 hosts`. */
export function howMany(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
