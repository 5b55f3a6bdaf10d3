/** Traces: a receiver gets a run as spans that agree with its journal; no collector, however bad, does anything to a run. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t, { type Test } from "tap";
import { sendSpans } from "../../src/cli/otlp-spans.ts";
import type { Event } from "../../src/journal/journal.ts";
import { type OtlpSettings, otlpSettings } from "../../src/telemetry/telemetry.ts";
import { begun, madeUpEnds, madeUpJournal, madeUpTask, recordedEvents } from "../report/recorded.ts";
import { type ReceivedSpan, type Receiver, startReceiver } from "../telemetry/otlp-receiver.ts";
import { forgetSaved, kmend, lastRun } from "./kmend.ts";

t.setTimeout(120_000);

const secret = "tr4ce-t0ken-of-nobody";
const rollout = `
- name: the play
  hosts: all
  gather_facts: false
  serial: 1
  on_failure: rollback_batch
  tasks:
    - name: place it
      copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
    - name: say it
      debug: {msg: "{{ lookup('env', 'OTEL_EXPORTER_OTLP_HEADERS') }}"}
      loop: [1, 2]
    - name: be no b
      command: test {{ inventory_hostname }} != b
      changed_when: false
`;

async function receiver(t: Test, path?: string): Promise<Receiver> {
  const started = await startReceiver(path);
  t.teardown(() => started.close());
  return started;
}

function place(t: Test): {
  readonly folder: string;
  readonly state: string;
  readonly argv: readonly string[];
} {
  const folder = t.testdir({});
  writeFileSync(join(folder, "play.yml"), rollout.replaceAll("DIR", folder));
  const state = join(folder, "state");
  t.teardown(() => forgetSaved(state));
  return { folder, state, argv: ["run", "-i", "a,b,", "-c", "local", "play.yml"] };
}

const at = (event: Event | undefined): number => Date.parse(event?.at ?? "");

t.test("a run arrives as spans that agree with its journal", async (t) => {
  const { folder, state, argv } = place(t);
  const { url, spans, headers, refused } = await receiver(t);
  const { code, stdout, stderr } = await kmend(argv, {
    cwd: folder,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secret}`,
      OTEL_SERVICE_NAME: "rollouts",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=rehearsal,service.name=not-this",
    },
  });
  t.equal(code, 2);
  t.equal(stderr, "", "nothing is said where all went well");
  t.strictSame(refused, []);
  const events = lastRun(state);
  const named = (name: string): ReceivedSpan[] => spans.filter((span) => span.name === name);
  const byId = new Map(spans.map((span) => [span.id, span]));
  const parentOf = (span: ReceivedSpan | undefined): string | undefined => byId.get(span?.parent ?? "")?.name;

  const [run, ...others] = named("kmend run");
  t.equal(others.length, 0);
  t.equal(run?.parent, "");
  t.strictSame([...new Set(spans.map(({ traceId }) => traceId))], [run?.traceId], "it is one trace");
  t.ok(
    spans.every((span) => span === run || byId.has(span.parent)),
    "every other span has its parent in it",
  );
  t.strictSame([run?.start, run?.end], [at(events[0]), at(events.at(-1))], "times are the journal's");
  t.match(run?.status, { code: 2, message: "ended with exit code 2" });
  t.match(run?.attributes, {
    "process.exit.code": 2,
    "cicd.pipeline.result": "failure",
    "cicd.pipeline.run.id": events[0]?.type === "run:started" ? events[0].run : "",
    "kmend.check": false,
  });
  t.match(run?.resource, {
    "service.name": "rollouts",
    "service.version": /^\d/,
    "deployment.environment.name": "rehearsal",
    "telemetry.sdk.language": "nodejs",
  });

  const [first, second] = [named("batch 1 of 2")[0], named("batch 2 of 2")[0]];
  t.equal(parentOf(first), "kmend run");
  t.match(first, { status: { code: 0 }, attributes: { "kmend.play.name": "the play" } });
  t.match(second, { status: { code: 2 }, attributes: { "kmend.batch.taken_back": true } });
  t.equal(parentOf(named("a")[0]), "batch 1 of 2");
  const inBatch = named("b").find((span) => parentOf(span) === "batch 2 of 2");
  t.match(inBatch?.attributes, { "host.name": "b", "error.type": "failed" });
  t.strictSame(named("place it").map(parentOf).sort(), ["a", "b"]);

  for (const event of events)
    if (event.type === "task:ended") {
      const span = spans.find(
        ({ attributes }) => attributes["cicd.pipeline.task.run.id"] === `${event.task.id} ${event.host}`,
      );
      t.equal(span?.end, at(event), `${event.task.name} on ${event.host}`);
      const begun = events.find(
        (each) => each.type === "host:started" && each.host === event.host && each.task.id === event.task.id,
      );
      t.equal(span?.start, at(begun));
      t.equal(span?.status.code, event.outcome === "failed" ? 2 : 0);
      t.match(span?.attributes, {
        "kmend.task.outcome": event.outcome,
        "code.line.number": event.task.place.line,
      });
    }
  t.strictSame(
    named("say it")[0]?.events.map(({ name }) => name),
    ["item", "item"],
  );
  const [back] = named("rollback");
  t.equal(parentOf(back), "batch 2 of 2");
  t.ok(
    named("b").some((span) => span.parent === back?.id),
    "the host is in its rollback, too",
  );
  t.match(named("take back place it"), [{ attributes: { "host.name": "b", "kmend.change.id": /./ } }]);

  t.equal(headers[0]?.authorization, `Bearer ${secret}`, "the header is sent");
  t.notMatch(stdout + stderr + JSON.stringify([events, spans]), secret, "and stands nowhere else");
});

t.test("as JSON, packed, to an address of its own, as a part of another trace", async (t) => {
  const { folder, argv } = place(t);
  const { url, spans, headers, refused } = await receiver(t, "/in?key=1");
  const [trace, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url.replace("127.0.0.1", "localhost")}/in?key=1`,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    TRACEPARENT: `00-${trace}-${parent}-01`,
  };
  const scan = ["scan", "-i", "a,", "-c", "local"];
  const { stderr } = await kmend(scan, { cwd: folder, env });
  t.equal(stderr, "");
  t.strictSame(refused, []);
  t.match(headers[0], { "content-type": "application/json", "content-encoding": "gzip" });
  t.ok(spans.length > 5);
  t.ok(spans.every(({ traceId }) => traceId === trace));
  t.equal(spans.find(({ name }) => name === "kmend scan")?.parent, parent);
  t.equal(spans[0]?.resource["service.name"], "kmend");

  spans.length = 0;
  const unsampled = { ...env, TRACEPARENT: `00-${trace}-${parent}-00` };
  const { stderr: said } = await kmend(["plan", ...argv.slice(1)], { cwd: folder, env: unsampled });
  t.strictSame([spans, said], [[], ""], "nobody wanted this trace");
});

t.test("where no collector is named, none of its libraries is loaded", async (t) => {
  const { folder, argv } = place(t);
  const guard = join(folder, "guard.mjs");
  writeFileSync(
    guard,
    `import { registerHooks } from "node:module";
     registerHooks({ resolve(name, context, next) {
       if (name.startsWith("@opentelemetry/")) throw new Error("loaded " + name);
       return next(name, context);
     } });`,
  );
  const one = [...argv, "-l", "a"];
  const env = { NODE_OPTIONS: `--import=${guard}` };
  const without = await kmend(one, { cwd: folder, env });
  t.equal(without.code, 0, without.stderr);
  const named = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  const unspoken = await kmend(one, { cwd: folder, env: { ...named, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" } });
  t.equal(unspoken.code, 0, "nor where it cannot be spoken to, which is a warning");
  t.match(
    unspoken.stderr,
    /^\[WARNING\]: traces: none are sent: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", .*\n$/,
  );
  t.match(
    (await kmend(one, { cwd: folder, env: named })).stderr,
    "loaded @opentelemetry/",
    "it would be seen",
  );
});

/** A server that does with each connection what the test says; bytes that came in are let go. */
async function badServer(
  t: Test,
  act: (socket: Socket) => void,
): Promise<{ readonly url: string; readonly open: Set<Socket> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {});
    socket.resume();
    act(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open };
}

/** Sends events there, as a run would. @param sent is called when all are taken in, before the end */
async function sendTo(
  url: string,
  events: Iterable<Event>,
  sent: () => void = () => {},
): Promise<{ readonly said: readonly string[]; readonly endedIn: number; readonly heldUp: number }> {
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
  const settings = otlpSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_TIMEOUT: "400",
  }) as OtlpSettings;
  const said: string[] = [];
  const { take, end } = await sendSpans(settings, [], (text) => said.push(text));
  const before = performance.now();
  for (const event of events) take(event);
  const heldUp = performance.now() - before;
  sent();
  const ending = performance.now();
  await end();
  return { said, endedIn: performance.now() - ending, heldUp };
}

t.test("the worst of collectors", async (t) => {
  const events = recordedEvents("failed");
  const reply = (head: string, body = ""): ((socket: Socket) => void) => {
    return (socket) => socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  };
  const refused = await startReceiver();
  await refused.close();
  const dripping = (socket: Socket): void => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    const timer = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => clearInterval(timer));
  };
  const cases: Readonly<
    Record<string, { readonly url: string; readonly open?: Set<Socket>; readonly why: RegExp }>
  > = {
    "that is not there": { url: refused.url, why: /ECONNREFUSED/ },
    "that never answers": { ...(await badServer(t, () => {})), why: /timed out|took too long/ },
    "that answers a byte at a time": { ...(await badServer(t, dripping)), why: /took too long/ },
    "that hangs up": { ...(await badServer(t, (socket) => socket.destroy())), why: /ECONNRESET|hang up/ },
    "that wants no traces of ours": {
      ...(await badServer(t, reply("401 Nobody\u001b[2J knows you"))),
      why: /^HTTP 401/,
    },
    "that is busy for ever": {
      ...(await badServer(t, reply("503 Busy\r\nRetry-After: 1000"))),
      why: /retryable/,
    },
    "that speaks no HTTP": {
      ...(await badServer(t, (socket) => socket.end("220 smtp\r\n"))),
      why: /Parse Error/,
    },
    "that sends us away": {
      ...(await badServer(t, reply("302 Found\r\nLocation: http://127.0.0.1:9/"))),
      why: /HTTP 302/,
    },
  };
  for (const [name, { url, why, open }] of Object.entries(cases))
    await t.test(`one ${name} is told in one line, soon`, async (t) => {
      const { said, endedIn, heldUp } = await sendTo(url, events);
      t.equal(said.length, 1);
      const [, missing, of, to, reason = ""] =
        /^traces: (\d+) of (\d+) spans did not reach (\S+): (.+)$/.exec(said[0] ?? "") ?? [];
      t.equal(missing, of);
      t.ok(Number(of) > 100);
      t.equal(to, `${url}/v1/traces`);
      t.match(reason, why);
      t.notMatch(reason, "\u001b");
      t.ok(endedIn < 5_000, `it ended in ${endedIn} ms`);
      t.ok(heldUp < 5_000, `and took ${heldUp} ms of the run`);
      for (let tries = 0; open && open.size > 0 && tries < 50; tries += 1) await sleep(20);
      t.equal(open?.size ?? 0, 0, "no connection is left that would keep the process alive");
    });
});

t.test("what a collector took and threw away is counted, in its own words", async (t) => {
  // ExportTraceServiceResponse { partial_success { rejected_spans: 3 error_message: "too\x1bmany" } }
  const body = "\x0a\x0c\x08\x03\x12\x08too\x1bmany";
  const { url } = await badServer(t, (socket) =>
    socket.end(
      `HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ),
  );
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  add("batch:started", { play: 1, batch: 1, of: 1, hosts: ["a"] });
  for (let n = 0; n < 4; n++) add("host:started", { host: "a", task: madeUpTask(n, `task ${n}`) });
  const { said } = await sendTo(url, events);
  t.strictSame(said, [`traces: 3 of 7 spans did not reach ${url}/v1/traces: too\\x1bmany`]);
});

t.test("a flood of spans that nobody takes costs limited memory, and is counted", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  const many = function* (): Generator<Event> {
    yield* events;
    for (let n = 0; n < 50_000; n++)
      yield {
        n,
        at: "2026-11-25T00:00:00.000Z",
        type: "task:ended",
        ...madeUpEnds(madeUpTask(n, "a task"))(`n${n % 500}`, "ok"),
      };
  };
  const { url } = await badServer(t, () => {});
  let grown = 0;
  const before = heapMiB();
  const { said } = await sendTo(url, many(), () => {
    grown = heapMiB() - before;
  });
  t.match(said[0], /^traces: 50501 of 50501 spans did not reach /);
  t.ok(grown < 25, `${grown.toFixed(0)} MiB more`);
});

/** What is in use, when what is not has been collected. */
function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

t.test("a run whose collector is dead ends as one that has none", async (t) => {
  const { folder, argv, state } = place(t);
  const one = [...argv, "-l", "a"];
  const { url } = await badServer(t, () => {});
  const dead = await kmend(one, {
    cwd: folder,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: "500" },
  });
  t.equal(dead.code, 0);
  t.match(dead.stderr, /^\[WARNING\]: traces: \d+ of \d+ spans did not reach \S+: .*\n$/);
  const [sent, last] = [lastRun(state)[0], lastRun(state).at(-1)];
  t.equal(last?.type, "run:ended");
  t.ok(at(last) - at(sent) < 10_000);
});
