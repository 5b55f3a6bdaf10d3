/**
 * `--metrics ADDR`: answers `GET /metrics` while a run is under way.
 *
 * Must: whatever a client does (sends nothing, reads nothing, never ends, asks a thousand times) neither slows nor fails the run.
 * That is held by the limits below, and by answers that cost next to nothing: a page is made at most twice a second.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Event, Journal } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import {
  acceptedExposition,
  type Exposition,
  exposition,
  expositionTypes,
  runFamilies,
  runState,
} from "../telemetry/telemetry.ts";
import { addressText, type MetricsAddress } from "./metrics-address.ts";

/** Prometheus has one or two; the others are let go at once. */
const mostConnections = 16;
/** For a whole request to come in, for an answer to be taken, and for a connection without either. */
const patienceMs = 5_000;
/** How old a page may be. */
const freshMs = 500;

/** Asked before a run is made: nothing is begun that could not be watched. @throws KmendError `metrics-address` */
export async function checkMetricsAddress(address: MetricsAddress): Promise<void> {
  const server = await listening(createServer(), address);
  server.close();
  await once(server, "close");
}

/** @param past events of a run that goes on @returns where it answers, and how to end it @throws KmendError `metrics-address` */
export async function serveMetrics(
  address: MetricsAddress,
  journal: Pick<Journal, "subscribe">,
  past: readonly Event[],
): Promise<{ readonly url: string; end(): Promise<void> }> {
  const { state, take } = runState();
  for (const event of past) take(event);
  const pages = pagesOf((format) => exposition(runFamilies(state), format));
  const limits = {
    headersTimeout: patienceMs,
    requestTimeout: patienceMs,
    keepAliveTimeout: patienceMs,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(limits, (request, response) => answer(request, response, pages));
  server.maxConnections = mostConnections;
  server.timeout = patienceMs;
  await listening(server, address);
  server.on("error", () => {}); // too many open files, say: the run goes on
  const stop = journal.subscribe(take);
  return {
    url: urlOf(server),
    async end() {
      stop();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  { method, url = "", headers }: IncomingMessage,
  response: ServerResponse,
  pages: (format: Exposition) => string,
): void {
  // Not by `URL`: a client may send what it throws at.
  if (url.split("?", 1)[0] !== "/metrics") refuse(response, 404, "Metrics are at /metrics.");
  else if (method === "GET" || method === "HEAD") {
    const format = acceptedExposition(headers.accept);
    const page = Buffer.from(pages(format));
    response.writeHead(200, { "Content-Type": expositionTypes[format], "Content-Length": page.length });
    response.end(method === "HEAD" ? undefined : page);
  } else {
    response.setHeader("Allow", "GET, HEAD");
    refuse(response, 405, "Metrics can only be read.");
  }
}

/** What the client still sends is not waited for. */
function refuse(response: ServerResponse, code: number, why: string): void {
  response.writeHead(code, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  response.end(`${why}\n`);
}

function pagesOf(make: (format: Exposition) => string): (format: Exposition) => string {
  const made = new Map<Exposition, { readonly at: number; readonly page: string }>();
  return (format) => {
    const known = made.get(format);
    const now = performance.now();
    if (known && now - known.at < freshMs) return known.page;
    const page = make(format);
    made.set(format, { at: now, page });
    return page;
  };
}

async function listening(server: Server, { host, port }: MetricsAddress): Promise<Server> {
  server.listen({ host, port, exclusive: true });
  try {
    await once(server, "listening");
    return server;
  } catch (cause) {
    throw new KmendError(
      {
        code: "metrics-address",
        message: `Cannot answer for metrics at ${addressText({ host, port })}: ${whyNot(cause as NodeJS.ErrnoException)}`,
        hint: "Name another address with --metrics ADDR; port 0 takes any that is free.",
      },
      exitCodes.badOptions,
      cause,
    );
  }
}

function whyNot({ code = "", message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program has this port",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this port is not yours to take",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "there is no host of that name",
};

function urlOf(server: Server): string {
  const { address: host, port } = server.address() as AddressInfo;
  return `http://${addressText({ host, port })}/metrics`;
}
