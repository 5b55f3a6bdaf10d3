/** Runs as spans: of recorded journals, every span has its beginning, its end and its parent; and what the environment says of it. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import {
  type OtlpSettings,
  otlpSecrets,
  otlpSettings,
  type SpanStep,
  spanSteps,
} from "../../src/telemetry/telemetry.ts";
import {
  begun,
  madeUpEnds,
  madeUpJournal,
  madeUpTask,
  type Recorded,
  recordedEvents,
} from "../report/recorded.ts";
import { decode, startReceiver } from "./otlp-receiver.ts";

const recorded: readonly Recorded[] = ["failed", "plan", "mended", "rollback", "locked-out"];

function stepsOf(events: readonly Event[]): readonly SpanStep[] {
  const { take, end } = spanSteps();
  return [...events.flatMap((event) => take(event)), ...end()];
}

t.test("of recorded runs, every span begins within its parent, and ends before it", async (t) => {
  for (const name of recorded) {
    const open = new Map<string, string | null>();
    const events = recordedEvents(name);
    let tasks = 0;
    for (const step of stepsOf(events)) {
      if (step.kind === "start") {
        t.notOk(open.has(step.key), `${name}: ${step.key} is not open yet`);
        t.ok(step.parent === null ? step.key === "run" : open.has(step.parent), `${step.key} has its parent`);
        open.set(step.key, step.parent);
      } else t.ok(open.has(step.key), `${step.key} is open`);
      if (step.kind !== "end") continue;
      if (step.key.startsWith("task ") && "kmend.task.outcome" in step.attributes) tasks += 1;
      t.notOk([...open.values()].includes(step.key), `${step.key} has no child any more`);
      open.delete(step.key);
    }
    t.equal(open.size, 0, `${name}: nothing is left open`);
    t.equal(tasks, events.filter((event) => event.type === "task:ended").length, "each task is a span");
  }
});

t.test("a scan that found a leak ends with its exit code, and nothing went wrong with it", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "scan" });
  add("run:ended", { exitCode: 3, recap: {}, seconds: 1, reason: "done" });
  const [end] = stepsOf(events).filter((step) => step.kind === "end");
  t.match(end, { error: null, attributes: { "process.exit.code": 3, "kmend.run.reason": "done" } });
  t.notOk("error.type" in (end?.attributes ?? {}));
});

t.test("what went wrong is said where it did", async (t) => {
  const ends = stepsOf(recordedEvents("failed")).filter((step) => step.kind === "end");
  const wrong = ends.filter(({ error }) => error !== null);
  const run = wrong.find(({ key }) => key === "run");
  t.match(run, { error: "ended with exit code 2" });
  t.match(run?.attributes, {
    "process.exit.code": 2,
    "kmend.run.reason": "limit",
    "cicd.pipeline.result": "failure",
    "error.type": "limit",
  });
  t.match(
    wrong.find(({ key }) => key === "host app-2"),
    { error: "failed", attributes: { "error.type": "failed" } },
  );
  t.match(
    wrong.find(({ key }) => key.startsWith("task ") && key.endsWith(" app-2")),
    {
      error: /^failed: .*mislabelled/,
      attributes: { "kmend.task.outcome": "failed", "error.type": "failed" },
    },
  );
  t.ok(wrong.some(({ key }) => key.startsWith("batch ")));
  t.notOk(
    stepsOf(recordedEvents("mended")).some((step) => step.kind === "end" && step.error !== null),
    "and of a run that went well, nothing",
  );
});

t.test(
  "a rollback has its hosts in it, and each change that was taken back, one after the other",
  async (t) => {
    for (const name of ["failed", "rollback", "locked-out"] as const) {
      const events = recordedEvents(name);
      const steps = stepsOf(events);
      const starts = steps.filter((step) => step.kind === "start" && step.key.startsWith("revert "));
      const ends = steps.filter((step) => step.kind === "end" && step.key.startsWith("revert "));
      const reverts = events.filter(
        ({ type }) => type === "change:reverted" || type === "change:revert-failed",
      );
      t.ok(name === "locked-out" || reverts.length > 0);
      t.strictSame(
        ends.map(({ at }) => at),
        reverts.map(({ at }) => Date.parse(at)),
        name,
      );
      const last = new Map<string, number>();
      for (const [n, { key, at }] of starts.entries()) {
        t.ok(at >= (last.get(key) ?? 0), "none begins before the one before it has ended");
        last.set(key, ends[n]?.at ?? 0);
      }
    }
    const { events, add } = madeUpJournal();
    const task = madeUpTask(1, "first");
    add("run:started", begun);
    add("rollback:started", { scope: "run", hosts: ["a", "b"], reason: "" });
    add("change:revert-failed", { change: "1", host: "a", task, kind: "different", message: "it is not" });
    add("change:reverted", { change: "2", host: "b", task });
    add("rollback:ended", { hosts: { a: "rollback failed", b: "rolled back" } });
    const ends = stepsOf(events).filter((step) => step.kind === "end");
    t.strictSame(
      ends.slice(0, 5).map(({ key, error }) => [key, error]),
      [
        ["revert a", "different: it is not"],
        ["revert b", null],
        ["back a", "rollback failed"],
        ["back b", null],
        ["rollback 1", "1 hosts could not be taken back"],
      ],
    );
  },
);

t.test("a task that was ignored is no error, and one that nobody saw begin has its duration", async (t) => {
  const { events, add } = madeUpJournal();
  const task = madeUpTask(1, "first");
  add("run:started", begun);
  add("batch:started", { play: 1, batch: 1, of: 1, hosts: ["a"] });
  const lost = madeUpEnds(task)("a", "failed", { result: { msg: "no" } });
  add("task:ended", { ...lost, ignored: true, durationMs: 5 });
  add("task:ended", { ...lost, durationMs: 7 });
  const [first, second] = stepsOf(events).filter((step) => step.kind === "end" && step.key === "task 1.1 a");
  t.match(first, { error: null, attributes: { "kmend.task.ignored": true } });
  t.match(second, { error: "failed: no" });
  const starts = stepsOf(events).filter((step) => step.kind === "start" && step.key === "task 1.1 a");
  t.strictSame(
    starts.map(({ at }) => at),
    [Date.parse(events[2]?.at ?? "") - 5, Date.parse(events[3]?.at ?? "") - 7],
  );
});

t.test("a run without a last event ends all the same, as an error", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  add("batch:started", { play: 1, batch: 1, of: 1, hosts: ["a"] });
  add("host:started", { host: "a", task: madeUpTask(1, "first") });
  const ends = stepsOf(events).filter((step) => step.kind === "end");
  t.strictSame(
    ends.map(({ key, error }) => [key, error]),
    [
      ["task 1.1 a", null],
      ["host a", null],
      ["batch 1.1", null],
      ["run", "the run has no last event"],
    ],
  );
});

t.test("a run that goes on is a trace of its own, which names the run", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:resumed", { kmend: "0.1.0", options: {}, hadEnded: true, limit: null });
  const { take } = spanSteps(recordedEvents("mended"));
  const [step] = events.flatMap((event) => take(event));
  const [first] = recordedEvents("mended");
  t.match(step, {
    name: "kmend resume",
    parent: null,
    attributes: { "cicd.pipeline.run.id": first?.type === "run:started" ? first.run : "" },
  });
});

t.test("no text of a host is long, moves a cursor, or is half a character", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  const msg = `\u001b[31m\ud800${"x".repeat(5000)}`;
  add("task:ended", madeUpEnds(madeUpTask(1, msg))("a\u001b[2J", "failed", { result: { msg } }));
  const told = JSON.stringify(stepsOf(events).map((step) => ({ ...step, key: "", parent: "" })));
  t.notMatch(told, /\\u001b|\\ud800/);
  t.notMatch(told, "x".repeat(1100));
});

t.test("the environment", async (t) => {
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
  const settings = (env: Record<string, string>): OtlpSettings | string | null =>
    otlpSettings({ ...on, ...env });
  await t.test("without an endpoint, or switched off, wants no traces", async (t) => {
    t.equal(otlpSettings({}), null);
    t.equal(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: " " }), null, "empty is as not set");
    t.equal(settings({ OTEL_SDK_DISABLED: "TRUE" }), null);
    t.equal(settings({ OTEL_TRACES_EXPORTER: "none" }), null);
    t.not(settings({ OTEL_SDK_DISABLED: "1" }), null, "only true is true");
  });
  await t.test("names where they go, and how", async (t) => {
    t.match(settings({}), { shownUrl: "http://collector:4318/v1/traces", protocol: "http/protobuf" });
    t.match(settings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://other/in" }), {
      shownUrl: "https://other/in",
    });
    t.match(
      settings({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://me:secret@c:1/base/?key=secret" }),
      { shownUrl: "http://c:1/base/v1/traces" },
      "what is shown has no password",
    );
    t.match(settings({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }), { protocol: "http/json" });
    t.match(settings({ OTEL_EXPORTER_OTLP_TIMEOUT: "200" }), { timeoutMs: 200 });
    for (const timeout of ["60000", "0", "-1", "soon"])
      t.match(settings({ OTEL_EXPORTER_OTLP_TIMEOUT: timeout }), { timeoutMs: 3000 }, timeout);
  });
  await t.test("that cannot be followed is said", async (t) => {
    t.equal(
      settings({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }),
      "the OTLP endpoint is no http or https URL",
    );
    t.match(settings({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), /"grpc"/);
  });
  await t.test("names a parent, or what is none", async (t) => {
    const [trace, span] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const parent = (TRACEPARENT: string): unknown => (settings({ TRACEPARENT }) as OtlpSettings).parent;
    t.match(parent(`00-${trace}-${span}-01`), { traceId: trace, spanId: span, traceFlags: 1 });
    t.match(parent(`cc-${trace}-${span}-00-what-comes-later`), { traceId: trace, traceFlags: 0 });
    for (const none of [
      `00-${trace}-${span}-01-more`,
      `ff-${trace}-${span}-01`,
      `00-${"0".repeat(32)}-${span}-01`,
      `00-${trace}-${"0".repeat(16)}-01`,
      `00-${trace.toUpperCase()}-${span}-01`,
      "",
    ])
      t.equal(parent(none), null, none);
  });
  await t.test("holds secrets in its headers", async (t) => {
    t.strictSame(
      otlpSecrets({
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc-def,x-key = k=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "broken=%zz",
      }),
      ["Bearer%20abc-def", "Bearer abc-def", "abc-def", "k=1", "k=1", "%zz", "%zz"],
    );
    t.strictSame(otlpSecrets({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://me:s%2Fecret@c:1" }), ["s/ecret"]);
    t.strictSame(otlpSecrets({}), []);
  });
});

t.test("the receiver of the tests refuses what a collector would", async (t) => {
  const span = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    name: "a",
    startTimeUnixNano: "1000000",
    endTimeUnixNano: "2000000",
  };
  const read = (given: object): unknown =>
    decode(
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [given] }] }] })),
      "application/json",
    );
  t.match(read(span), [{ id: span.spanId, start: 1, end: 2 }]);
  for (const [why, wrong] of Object.entries({
    "a short id": { spanId: "b7ad" },
    "an id of zeros": { traceId: "0".repeat(32) },
    "an id in base64": { traceId: "CvdlGRbNQ92ESOshHIAxnA==" },
    "no name": { name: "" },
    "an end before the beginning": { endTimeUnixNano: "1" },
    "no times": { startTimeUnixNano: "0", endTimeUnixNano: "0" },
    "a field that there is none of": { trace_id: "x" },
    "an attribute twice": {
      attributes: [
        { key: "a", value: { intValue: 1 } },
        { key: "a", value: { intValue: 2 } },
      ],
    },
  }))
    t.throws(() => read({ ...span, ...wrong }), why);
  t.throws(() => decode(Buffer.from("\x0a\xff\xff"), "application/x-protobuf"), "half a message");
  t.throws(() => decode(Buffer.from([0x50, 0x01]), "application/x-protobuf"), /no definition/);
  const got = await startReceiver();
  t.teardown(() => got.close());
  const post = (path: string, type: string): Promise<number> =>
    fetch(`${got.url}${path}`, { method: "POST", body: "", headers: { "Content-Type": type } }).then(
      ({ status }) => status,
    );
  t.equal(await post("/v1/traces", "text/plain"), 415);
  t.equal(await post("/", "application/json"), 404);
  t.equal(await post("/v1/traces", "application/json"), 400);
  t.equal(await post("/v1/traces", "application/x-protobuf"), 200);
});
