/** `--metrics`: a real Prometheus scrapes a run, and the worst of clients do nothing to it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { metricsAddress } from "../../src/cli/metrics-address.ts";
import { checkMetricsAddress, serveMetrics } from "../../src/cli/metrics-endpoint.ts";
import type { Event } from "../../src/journal/journal.ts";
import { acceptedExposition } from "../../src/telemetry/telemetry.ts";
import { recordedEvents } from "../report/recorded.ts";
import { freePort } from "../telemetry/free-port.ts";
import { unpackedProgram } from "../unpacked.ts";
import { forgetSaved, kmend, notForUsers, startKmend } from "./kmend.ts";

t.setTimeout(120_000);

t.test("an address", async (t) => {
  const loopback = { host: "127.0.0.1", port: 9464 };
  t.strictSame(metricsAddress(":9464"), loopback, "a bare port is the loopback's");
  t.strictSame(metricsAddress("9464"), loopback);
  t.strictSame(metricsAddress("0.0.0.0:9464"), { host: "0.0.0.0", port: 9464 });
  t.strictSame(metricsAddress("[::1]:0"), { host: "::1", port: 0 });
  t.strictSame(metricsAddress("node-1.example:80"), { host: "node-1.example", port: 80 });
  for (const wrong of ["", ":", "a", ":65536", "::1:80", "a:b", ":-1", "http://a:80"])
    t.throws(
      () => metricsAddress(wrong),
      { message: /It has to be :PORT, HOST:PORT or \[IPv6\]:PORT/ },
      wrong,
    );
});

t.test("the format is what the client would rather have", async (t) => {
  const cases: Readonly<Record<string, string>> = {
    // As Prometheus 2.42 and 3 ask.
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1":
      "openmetrics",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2":
      "openmetrics",
    "application/openmetrics-text": "openmetrics",
    "application/openmetrics-text;version=0.0.1": "prometheus",
    "application/openmetrics-text;q=0.2,text/plain": "prometheus",
    "application/openmetrics-text;q=0": "prometheus",
    "text/html,*/*;q=0.8": "prometheus",
    ";;q=,,=": "prometheus",
  };
  for (const [accept, format] of Object.entries(cases)) t.equal(acceptedExposition(accept), format, accept);
  t.equal(acceptedExposition(undefined), "prometheus");
});

/** An endpoint over a recorded run, with whatever journal the test adds to. */
async function endpoint(
  t: Test,
  address = ":0",
): Promise<{ url: string; port: number; end(): Promise<void> }> {
  const served = await serveMetrics(
    metricsAddress(address),
    { subscribe: () => () => {} },
    recordedEvents("mended"),
  );
  let ended: Promise<void> | null = null;
  const end = (): Promise<void> => {
    ended ??= served.end();
    return ended;
  };
  t.teardown(end);
  return { url: served.url, port: Number(new URL(served.url).port), end };
}

async function socketTo(port: number, text: string): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  let said = "";
  socket.on("data", (chunk: Buffer) => {
    said += chunk.toString("latin1");
  });
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(said)));
  await once(socket, "connect");
  socket.write(text);
  return { socket, closed };
}

t.test("answers GET and HEAD of /metrics, and nothing else", async (t) => {
  const { url, port, end } = await endpoint(t);
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const plain = await fetch(url);
  t.equal(plain.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await plain.text();
  t.match(text, /\nkmend_run_exit_code 0\n/);
  t.notMatch(text, "# EOF");
  const open = await fetch(`${url}?x=1`, { headers: { Accept: "application/openmetrics-text" } });
  t.equal(open.headers.get("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  t.match(await open.text(), /\n# EOF\n$/);
  const head = await fetch(url, { method: "HEAD" });
  t.equal(Number(head.headers.get("content-length")), Buffer.byteLength(text));
  t.equal(await head.text(), "");
  t.equal((await fetch(new URL("/", url))).status, 404);
  const post = await fetch(url, { method: "POST", body: "x" });
  t.equal(post.status, 405);
  t.equal(post.headers.get("allow"), "GET, HEAD");
  await end();
  const refused = connect(port, "127.0.0.1");
  const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
  t.equal(error.code, "ECONNREFUSED", "it ends with the run");
});

t.test("and on IPv6", async (t) => {
  const { url } = await endpoint(t, "[::1]:0");
  t.match(url, /^http:\/\/\[::1\]:\d+\/metrics$/);
  t.equal((await fetch(url)).status, 200);
});

t.test("the worst of clients", async (t) => {
  const { url, port, end } = await endpoint(t);
  await t.test("what is no request is refused, and the next client is answered", async (t) => {
    for (const text of [
      "\0\xff\xfe garbage\r\n\r\n",
      "GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET // HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /%ZZ HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade, close\r\n\r\n",
      `GET /metrics HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
      "GET /metrics HTTP/1.1\r\nHost: a\r\nExpect: the moon\r\nConnection: close\r\n\r\n",
    ]) {
      const { socket, closed } = await socketTo(port, text);
      t.notMatch(await closed, "    at ", "no stack");
      socket.destroy();
    }
    t.equal((await fetch(url)).status, 200);
  });

  await t.test("who says nothing, half of it, or reads nothing is let go of", async (t) => {
    const began = Date.now();
    const requests = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_000);
    const held = await Promise.all(
      [
        "",
        "GET /metrics HTTP/1.1\r\nHost:",
        "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
      ].map((text) => socketTo(port, text)),
    );
    const greedy = await socketTo(port, requests);
    greedy.socket.pause();
    t.equal((await fetch(url)).status, 200, "others are answered meanwhile");
    await Promise.all(held.map(({ closed }) => closed));
    t.ok(Date.now() - began < 15_000, "within seconds");
    const before = Date.now();
    await end();
    t.ok(Date.now() - before < 1_000, "the one that still has not read what it asked for holds up no end");
    greedy.socket.destroy();
  });
});

t.test("of two hundred connections at once a few are held", async (t) => {
  const { url, port } = await endpoint(t);
  const crowd = await Promise.all(Array.from({ length: 200 }, () => socketTo(port, "").catch(() => null)));
  const open = (): number => crowd.filter((each) => each?.socket.readyState === "open").length;
  // Without a limit all of them would be let go of at once, when their time is up.
  for (let tries = 0; open() !== 16 && tries < 200; tries += 1) await sleep(20);
  t.equal(open(), 16);
  for (const each of crowd) each?.socket.destroy();
  await sleep(50);
  t.equal((await fetch(url)).status, 200);
});

t.test("a page is made anew when half a second has gone by, however often it is asked for", async (t) => {
  let read: (event: Event) => void = () => {};
  const served = await serveMetrics(
    metricsAddress(":0"),
    {
      subscribe(reader) {
        read = reader;
        return () => {};
      },
    },
    [],
  );
  t.teardown(() => served.end());
  const page = async (): Promise<string> => (await fetch(served.url)).text();
  t.equal(await page(), "", "before the run has begun there is nothing to say");
  for (const event of recordedEvents("mended")) read(event);
  t.equal(await page(), "");
  for (let tries = 0; (await page()) === ""; tries += 1) {
    if (tries > 100) break;
    await sleep(50);
  }
  t.match(await page(), /\nkmend_run_running 0\n/);
});

t.test("a port that another has is said, by the same check that runs before anything is done", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  await t.rejects(checkMetricsAddress({ host: "127.0.0.1", port }), {
    code: "metrics-address",
    exitCode: 5,
    message: `Cannot answer for metrics at 127.0.0.1:${port}: another program has this port`,
  });
  await t.rejects(checkMetricsAddress({ host: "192.0.2.1", port: 1 }), /this machine has no such address/);
  const folder = t.testdir({
    "play.yml": "- hosts: all\n  gather_facts: false\n  tasks: [command: touch made]\n",
  });
  const argv = ["run", "-i", "a,", "-c", "local", "play.yml", "--metrics", `:${port}`];
  const { code, stderr, stdout } = await kmend(argv, { cwd: folder });
  t.equal(code, 5);
  t.match(stderr, `Cannot answer for metrics at 127.0.0.1:${port}: another program has this port`);
  t.notMatch(stderr + stdout, notForUsers);
  t.notOk(existsSync(join(folder, "state")), "no run was begun");
});

const rollout = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: new, dest: "DIR/made"}
    - command: sh -c 'touch DIR/begun; while [ ! -e DIR/go ]; do sleep 0.05; done'
`;

/** What of Prometheus' answers is read here. */
interface Answer {
  readonly data: {
    readonly result?: readonly { readonly value: readonly [number, string] }[];
    readonly activeTargets?: readonly { readonly lastError: string }[];
    readonly kmend_run_started_timestamp_seconds?: readonly unknown[];
  };
}

const program = unpackedProgram("prometheus");
const needsPrometheus = program === null ? { skip: "there is no prometheus here" } : {};

t.test("a real Prometheus scrapes a run, from its beginning to its end", needsPrometheus, async (t) => {
  const folder = t.testdir({});
  writeFileSync(join(folder, "play.yml"), rollout.replaceAll("DIR", folder));
  t.teardown(() => forgetSaved(join(folder, "state")));
  const [own, watched] = [await freePort(), await freePort()];
  writeFileSync(
    join(folder, "prometheus.yml"),
    `
global: {scrape_interval: 200ms, scrape_timeout: 200ms}
scrape_configs:
  - {job_name: kmend, static_configs: [{targets: ["127.0.0.1:${watched}"]}]}
`,
  );
  mkdirSync(join(folder, "data"));
  const prometheus = spawn(
    program ?? "",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    { stdio: "ignore" },
  );
  t.teardown(async () => {
    prometheus.kill();
    if (prometheus.exitCode === null) await once(prometheus, "exit");
  });
  const ask = async (path: string): Promise<Answer["data"] | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${own}/api/v1/${path}`).catch(() => null);
    // Until it has read its own store it says that it is unavailable.
    return answer?.ok ? ((await answer.json()) as Answer).data : undefined;
  };
  const value = async (query: string): Promise<string | undefined> =>
    (await ask(`query?query=${encodeURIComponent(query)}`))?.result?.[0]?.value[1];
  const until = async (query: string, wanted: string | undefined): Promise<void> => {
    while ((await value(query)) !== wanted) await sleep(50);
  };

  const argv = ["run", "-i", "a,", "-c", "local", "play.yml", "--metrics", `:${watched}`];
  const started = startKmend(argv, { cwd: folder });
  await until('up{job="kmend"}', "1");
  await until('kmend_run_tasks{outcome="changed"}', "1");
  t.equal(await value('kmend_run_hosts{state="running"}'), "1");
  t.equal(await value("kmend_run_running"), "1");
  const about = (await ask("metadata?metric=kmend_run_started_timestamp_seconds"))
    ?.kmend_run_started_timestamp_seconds?.[0];
  t.strictSame(
    about,
    { type: "gauge", help: "When the run began, or went on.", unit: "seconds" },
    "the unit is told by OpenMetrics alone: that was agreed on",
  );
  t.equal((await ask("targets"))?.activeTargets?.[0]?.lastError, "");
  writeFileSync(join(folder, "go"), "");
  const { code, stderr } = await started.ended;
  t.equal(code, 0);
  t.equal(stderr, `Metrics: http://127.0.0.1:${watched}/metrics\n`);
  await until('up{job="kmend"}', "0");
});
