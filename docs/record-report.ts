/**
 * Makes the pictures of docs/report.md from the journal of a rollout on rehearsal hosts, in which one is taken back:
 * `node docs/record-report.ts`. Needs Chromium.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContextOptions, chromium } from "playwright-core";
import { accountOf, writtenReport } from "../src/report/report.ts";
import { recordedEvents } from "../test/report/recorded.ts";

interface Picture {
  readonly how: BrowserContextOptions;
  /** The part of the page that is scrolled to. */
  readonly at?: string;
}

const desktop: BrowserContextOptions = { viewport: { width: 1200, height: 1000 }, colorScheme: "light" };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  colorScheme: "dark",
  deviceScaleFactor: 2,
};
const pictures: Readonly<Record<string, Picture>> = {
  "report-desktop": { how: desktop },
  "report-hosts": { how: desktop, at: "#leak" },
  "report-phone": { how: phone },
};

const folder = mkdtempSync(join(tmpdir(), "kmend-report-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", chromiumSandbox: false });
try {
  const file = join(folder, "report.html");
  // As somebody would have called it: where the recorder kept it, tells nothing.
  const events = recordedEvents("failed").map((event) =>
    event.type === "run:started" ? { ...event, inventories: ["fleet.yml"] } : event,
  );
  writeFileSync(file, writtenReport(accountOf(events, { isLive: false }), "html"));
  const to = join(import.meta.dirname, "pictures");
  mkdirSync(to, { recursive: true });
  for (const [name, { how, at }] of Object.entries(pictures)) {
    const context = await browser.newContext(how);
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    if (at) await page.evaluate(`document.querySelector("${at}").scrollIntoView()`);
    // Playwright's own pictures are PNG or JPEG: twice as large, or blurred letters.
    const session = await context.newCDPSession(page);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 75 });
    const picture = Buffer.from(data, "base64");
    writeFileSync(join(to, `${name}.webp`), picture);
    console.log(`docs/pictures/${name}.webp: ${(picture.length / 1024).toFixed(0)} KB`);
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
