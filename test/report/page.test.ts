/** The HTML of a report in a real browser: what people see, click, type and print, and what a hostile host can do there. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import t, { type Test } from "tap";
import { accountOf, writtenReport } from "../../src/report/report.ts";
import { begun, hostileRun, madeUpJournal, madeUpTask, type Recorded, recordedAccount } from "./recorded.ts";

t.setTimeout(120_000);

const program = "/usr/bin/chromium";
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
const hostile = writtenReport(accountOf(hostileRun(), { isLive: false }), "html");

const openAll = `for (const each of document.querySelectorAll("details")) each.open = true`;
const skip = existsSync(program) ? false : "there is no chromium";

t.test("the page in a browser", { skip }, async (t) => {
  const browser = await chromium.launch({ executablePath: program, chromiumSandbox: false });
  t.teardown(() => browser.close());
  const folder = t.testdir({});

  /** Opens it as a file, as people do who got it by mail. */
  async function open(t: Test, page: string, how: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(folder, `${t.name.replaceAll(/\W+/g, "-")}.html`);
    writeFileSync(file, page);
    return opened(t, browser, file, how);
  }
  const recorded = (name: Recorded): string => writtenReport(recordedAccount(name), "html");

  await t.test("what needs a person stands first, and nothing else is asked for", async (t) => {
    const { page, complaints, requests } = await open(t, recorded("failed"));
    t.equal(await page.title(), `${await page.textContent("h1")}: ${await page.textContent(".verdict")}`);
    t.equal(await page.textContent("main section:first-child h2"), "What needs a person");
    t.match(await page.textContent("#attention"), /failed\s+app-2\s+at\s+kmem : Check that the new kubelet/);
    t.match(await page.textContent("#leak"), /app-1\s*still leaking after swap 24 ids\s*clean 27 ids/);
    const cell = page.locator("#map tbody tr", { hasText: "app-2" }).locator("td.f");
    t.equal(await cell.textContent(), "F");
    t.equal(await page.locator("#time svg[role=img]").count(), 6);
    t.strictSame(complaints, []);
    t.equal(requests.length, 1, "the file alone");
  });

  await t.test("a diff is one click away", async (t) => {
    const { page } = await open(t, recorded("plan"));
    const entry = page.locator("#change .item", { hasText: "Lock kubelet" });
    t.notOk(await entry.locator("pre").isVisible());
    await entry.locator("summary").click();
    t.match(await entry.locator("pre .p").last().textContent(), "+kubelet-0:1.15.5-0.*");
    t.match(await page.textContent("#right"), "clean-1");
    t.match(await page.textContent("#unknown"), /Why: Command would have run/);
  });

  await t.test("host, task and outcome narrow what is shown", async (t) => {
    const { page, complaints } = await open(t, recorded("failed"));
    const shown = (section: string) => page.locator(`#${section} .item:visible`).count();
    const columns = () => page.locator("#map thead th[scope=col]:visible").count();
    const before = { map: await shown("map"), columns: await columns() };
    t.equal(before.map, 6);
    await page.getByRole("searchbox", { name: "Host", exact: true }).fill("app-1");
    t.strictSame([await shown("map"), await shown("time"), await shown("attention")], [1, 1, 0]);
    t.ok(await page.locator("#attention .none").isVisible());
    t.notOk(await page.locator("#map .none").isVisible());
    const [left, all] = [".item:not([hidden])", ".item"].map((each) => page.locator(each).count());
    t.equal(await page.textContent("output"), `${await left} of ${await all} entries shown`);
    await page.getByRole("searchbox", { name: "Host", exact: true }).fill(" PP-1 ");
    t.equal(await shown("map"), 1, "a part of a name, in letters of either case");
    await page.keyboard.press("Enter");
    t.strictSame([await shown("map"), complaints], [1, []], "there is nothing to send");
    await page.getByRole("searchbox", { name: "Host", exact: true }).fill("");
    await page.getByRole("searchbox", { name: "Task", exact: true }).fill("kmem : remove kube");
    t.equal(await columns(), 1);
    const tasks = await page.locator("#changed .item:visible .task").allTextContents();
    t.ok(tasks.length > 0 && tasks.every((name) => name.startsWith("kmem : Remove kube")), tasks.join());
    t.equal(await page.locator("#map tbody tr:visible td.c:visible").count(), 1, "its cells stay below it");
    await page.getByRole("searchbox", { name: "Task", exact: true }).fill("");
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("failed");
    t.strictSame([await shown("map"), await shown("attention"), await shown("changed")], [1, 1, 0]);
    await page.getByRole("button", { name: "Show all" }).click();
    // The page's policy forbids what a function that is waited for needs.
    await page.locator("output:empty").waitFor({ state: "attached" });
    t.strictSame({ map: await shown("map"), columns: await columns() }, before);
  });

  await t.test("what was taken back is found apart from what was not", async (t) => {
    const { events, add } = madeUpJournal();
    add("run:started", begun);
    const task = madeUpTask(1, "write");
    add("change:reverted", { change: "1", host: "a", task });
    add("change:revert-failed", { change: "2", host: "b", task, kind: "failed", message: "no" });
    add("rollback:ended", { hosts: { a: "rolled back", b: "rollback failed" } });
    const { page } = await open(t, writtenReport(accountOf(events, { isLive: false }), "html"));
    for (const [outcome, host] of [
      ["back", "a"],
      ["not-back", "b"],
    ] as const) {
      await page.getByRole("combobox", { name: "Outcome" }).selectOption(outcome);
      t.strictSame(await page.locator("#map .item:visible .hosts").allTextContents(), [host], outcome);
    }
  });

  await t.test("a jump to a part ends at its heading, not below what stays on top", async (t) => {
    const { page } = await open(t, recorded("failed"));
    for (const width of [1280, 760, 690, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.getByRole("link", { name: "Hosts by tasks" }).click();
      const [heading, bar] = [
        await page.locator("#map h2").boundingBox(),
        await page.locator(".find").boundingBox(),
      ];
      const what = `${width}: ${heading?.y}, the filter ${bar?.y} + ${bar?.height}`;
      t.ok(heading && bar && heading.y >= bar.y + bar.height && heading.y < 300, what);
    }
  });

  await t.test("the keyboard reaches all of it", async (t) => {
    const { page } = await open(t, recorded("plan"));
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    await page.keyboard.press("Tab");
    t.equal(await focused(), "To the report");
    await page.keyboard.press("Enter");
    for (let i = 0; i < 3 && !(await focused()).startsWith("Diff"); i += 1) await page.keyboard.press("Tab");
    t.match(await focused(), /^Diff on/);
    await page.keyboard.press("Enter");
    t.ok(await page.locator("#change pre").first().isVisible());
    await page.keyboard.press("Tab");
    t.equal(await page.evaluate("document.activeElement.tagName"), "PRE", "it can be scrolled");
    const stops = await page.evaluate(
      "[...document.querySelectorAll('.wide')].every((each) => each.tabIndex === 0)",
    );
    t.ok(stops, "wide tables can be scrolled too");
  });

  await t.test("it prints, with all that was folded", async (t) => {
    const { page } = await open(t, recorded("plan"));
    await page.evaluate(
      `addEventListener("beforeprint", () => { window.folded = document.querySelectorAll("details:not([open])").length; })`,
    );
    await page.locator("summary").first().click();
    const opened = await page.locator("summary").first().textContent();
    const pdf = await page.pdf({ preferCSSPageSize: true });
    t.match(pdf.subarray(0, 5).toString(), "%PDF-");
    t.ok(pdf.length > 30_000, `${pdf.length} bytes`);
    t.equal(await page.evaluate("window.folded"), 0, "all stands open on paper");
    t.strictSame(
      await page.locator("details[open] summary").allTextContents(),
      [opened],
      "and is as it was on the screen",
    );
    await page.emulateMedia({ media: "print" });
    t.notOk(await page.locator(".find").isVisible());
  });

  await t.test("axe finds nothing, on a desk and a phone, light and dark", async (t) => {
    const ways = [
      ["failed", "light", {}],
      ["failed", "dark", phone],
      ["plan", "dark", {}],
      ["rollback", "light", phone],
    ] as const;
    for (const [name, colorScheme, size] of ways) {
      const { page } = await open(t, recorded(name), { colorScheme, ...size });
      await page.evaluate(openAll);
      t.strictSame(await violations(page), [], `${name}, ${colorScheme}`);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      t.equal(overflow, 0, "nothing sticks out at the side");
    }
  });

  await t.test("nothing of a hostile host comes alive", async (t) => {
    const { page, complaints, requests } = await open(t, hostile);
    await page.evaluate(openAll);
    t.equal(await page.evaluate("window.owned"), undefined);
    t.equal(await page.locator("script").count(), 1);
    t.equal(await page.locator("img, iframe, object, form[action], a:not([href^='#'])").count(), 0);
    t.equal(await page.locator("#attention .item").count(), 7);
    t.match(await page.textContent("#attention"), "<script>window.owned = 1</script>", "it is shown");
    t.strictSame(complaints, []);
    t.equal(requests.length, 1);
  });

  await t.test("and where it did, the page's policy would not let it run", async (t) => {
    const alive = hostile.replace(
      "</main>",
      `<script>window.owned = 1</script><img src="https://evil.example/x.png" onerror="window.owned = 1"><p style="color:red">x</p></main>`,
    );
    const { page, complaints, requests } = await open(t, alive);
    t.equal(await page.evaluate("window.owned"), undefined);
    t.ok(complaints.filter((text) => text.includes("Content Security Policy")).length >= 3);
    t.strictSame(
      requests.slice(1),
      ["https://evil.example/x.png csp"],
      "the image is blocked before it is asked for",
    );
  });
});

interface Opened {
  readonly page: Page;
  /** What the browser's console said. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

async function opened(t: Test, browser: Browser, file: string, how: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...how });
  t.teardown(() => context.close());
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfinished", (request) => requests.push(request.url()));
  page.on("requestfailed", (request) => requests.push(`${request.url()} ${request.failure()?.errorText}`));
  await page.goto(`file://${file}`);
  return { page, complaints, requests };
}

/** Rules of WCAG 2.2 A and AA, and axe's own good practice. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly Found[]>("axe.run().then(({ violations }) => violations)");
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

interface Found {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
