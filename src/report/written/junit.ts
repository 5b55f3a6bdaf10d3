import { harmless } from "../style.ts";
import type { Account, AccountHost, AccountResult, AccountRevert } from "./account.ts";

/** JUnit's XML: a suite for each host, a case for each task. A failed task is a failure, an unreachable host an error, and so is what
 *  could not be taken back. */
export function junitReport(account: Account): string {
  const suites = account.hosts.map((host) => suiteOf(account, host));
  const total = (name: "failures" | "errors" | "skipped"): number =>
    suites.reduce((sum, suite) => sum + suite[name], 0);
  const tests = suites.reduce((sum, { cases }) => sum + cases.length, 0);
  const head = attributes({
    name: `kmend ${account.command} ${account.run}`,
    tests,
    failures: total("failures"),
    errors: total("errors"),
    skipped: total("skipped"),
    time: seconds(Date.parse(account.lastAt) - Date.parse(account.startedAt)),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...suites.map((suite) => suite.xml),
    "</testsuites>\n",
  ].join("\n");
}

interface Case {
  readonly xml: string;
  readonly counts: "failures" | "errors" | "skipped" | null;
}

function suiteOf(account: Account, { host, results, counts }: AccountHost) {
  const cases = [
    ...results.map((result) => caseOf(account, result)),
    ...account.reverts.filter((revert) => revert.host === host).map((revert) => revertCase(account, revert)),
  ];
  const number = (name: Case["counts"]): number => cases.filter((each) => each.counts === name).length;
  // A host that was lost before its first task has no case that says so.
  if (cases.length === 0 && counts.unreachable > 0) cases.push(lostCase);
  const numbers = {
    failures: number("failures"),
    errors: number("errors"),
    skipped: number("skipped"),
  };
  const time = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const head = attributes({
    name: host,
    hostname: host,
    tests: cases.length,
    ...numbers,
    time: seconds(time),
    timestamp: account.startedAt.replace(/\.\d+Z$/, ""),
  });
  const xml = [`  <testsuite${head}>`, ...cases.map((each) => each.xml), "  </testsuite>"].join("\n");
  return { xml, cases, ...numbers };
}

const lostCase: Case = {
  xml: `    <testcase name="reach the host" classname="kmend"><error message="unreachable" type="unreachable"/></testcase>`,
  counts: "errors",
};

function caseOf(account: Account, result: AccountResult): Case {
  const { outcome, ignored, rescued, durationMs, message = "" } = result;
  const isLost = (outcome === "failed" || outcome === "unreachable") && !ignored && !rescued;
  const text = [
    message,
    ...(result.failedItems ?? []).map(({ item, message }) => `${item}: ${message}`),
  ].join("\n");
  const tag = outcome === "unreachable" ? "error" : "failure";
  const said = ignored ? "failed, and ignored: " : rescued ? "failed, and rescued: " : "";
  const inner = isLost
    ? `<${tag}${attributes({ message: firstLine(message), type: outcome })}>${xml(text)}</${tag}>`
    : outcome === "skipped"
      ? `<skipped${message === "" ? "" : attributes({ message: firstLine(message) })}/>`
      : text === ""
        ? ""
        : `<system-out>${xml(said + text)}</system-out>`;
  return {
    xml: testcase(account, result.task, seconds(durationMs), inner),
    counts: isLost ? `${tag}s` : outcome === "skipped" ? "skipped" : null,
  };
}

function revertCase(account: Account, { task, end, message = "" }: AccountRevert): Case {
  const isBack = end === "reverted";
  const inner = isBack
    ? ""
    : `<error${attributes({ message: firstLine(message), type: end })}>${xml(message)}</error>`;
  return {
    xml: testcase(account, task, "0", inner, "taken back: "),
    counts: isBack ? null : "errors",
  };
}

function testcase(account: Account, number: number, time: string, inner: string, before = ""): string {
  const task = account.tasks[number];
  const play = account.plays.find((each) => each.play === task?.play)?.name ?? "kmend";
  const [, file = "", line = ""] = /^(.*):(\d+):\d+$/.exec(task?.place ?? "") ?? [];
  const head = attributes({ name: `${before}${task?.name ?? ""}`, classname: play, file, line, time });
  return inner === "" ? `    <testcase${head}/>` : `    <testcase${head}>${inner}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${xml(String(value)).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`,
    )
    .join("");
}

/** No text of a host ends an element or holds what XML 1.0 has no way to write. */
function xml(text: string): string {
  return harmless(text.toWellFormed())
    .replaceAll(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
