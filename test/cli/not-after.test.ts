import { InvalidArgumentError } from "commander";
import t from "tap";
import { notAfterMs } from "../../src/cli/not-after.ts";

// A zone without full hours, so that this machine's time is not taken for UTC.
process.env["TZ"] = "Asia/Kolkata";
const now = new Date(2026, 10, 26, 22, 15, 30).getTime();
const at = (day: number, hours: number, minutes: number): number =>
  new Date(2026, 10, day, hours, minutes).getTime();

t.test(
  "a time of day is the next that comes, a duration counts from now, a date is what it says",
  async (t) => {
    t.equal(notAfterMs("23:00", now), at(26, 23, 0));
    t.equal(notAfterMs("4:00", now), at(27, 4, 0));
    t.equal(notAfterMs("22:15", now), at(27, 22, 15), "that minute has begun");
    t.equal(notAfterMs("22:15", at(26, 22, 15)), at(27, 22, 15), "at that minute, the next");
    t.equal(notAfterMs("0:00", new Date(2026, 11, 31, 12).getTime()), new Date(2027, 0, 1).getTime());
    t.equal(notAfterMs("+2h30m", now), now + 150 * 60_000);
    t.equal(notAfterMs("2026-11-27T04:00", now), at(27, 4, 0));
    t.equal(notAfterMs("2026-11-27 04:00", now), at(27, 4, 0));
    t.equal(notAfterMs("2026-11-27T04:00:00Z", now), Date.UTC(2026, 10, 27, 4));
  },
);

t.test("what is no time, or is past, is refused", async (t) => {
  for (const text of [
    "",
    "24:00",
    "4",
    "noon",
    "+",
    "+x",
    "2026-11-27",
    "2026-13-01T00:00",
    "2026-11-26T22:00",
  ])
    t.throws(() => notAfterMs(text, now), InvalidArgumentError, text);
  t.throws(() => notAfterMs("2026-11-26T22:15", at(26, 22, 15)), InvalidArgumentError, "now is past");
});
