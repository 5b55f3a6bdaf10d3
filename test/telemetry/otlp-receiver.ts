/**
 * A stand-in for an OpenTelemetry collector, of which neither Debian nor npm has one: takes traces over HTTP, decodes them by the official
 * definitions (as protobufjs made them of OpenTelemetry's own .proto files, not by the code that sends), and refuses what a real one would.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import root from "otlp-definitions/build/src/generated/root.js";

/** What is used of what protobufjs made; the package types no more than that it is a root. */
interface RequestType {
  decode(body: Uint8Array): object;
  encode(request: object): { finish(): Uint8Array };
  fromObject(given: object): object;
  toObject(request: object, options: object): object;
}
type Within<Path extends string, Value> = Path extends `${infer First}.${infer Rest}`
  ? { readonly [Name in First]: Within<Rest, Value> }
  : { readonly [Name in Path]: Value };

const { ExportTraceServiceRequest } = (
  root as unknown as Within<
    "opentelemetry.proto.collector.trace.v1",
    { readonly ExportTraceServiceRequest: RequestType }
  >
).opentelemetry.proto.collector.trace.v1;

/** A span as it came in; ids in hexadecimal, times in milliseconds. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly id: string;
  /** Empty: it has none. */
  readonly parent: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** OpenTelemetry's code: 0 unset, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly headers: IncomingMessage["headers"][];
  /** What was refused, and why. */
  readonly refused: string[];
  close(): Promise<void>;
}

type Encoding = "application/x-protobuf" | "application/json";

/** @param path where it listens beside `/v1/traces` */
export async function startReceiver(path = "/v1/traces"): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    headers.push(request.headers);
    const answer = (code: number, why: string): void => {
      if (code !== 200) refused.push(`${code} ${why}`);
      response.writeHead(code, { "Content-Type": request.headers["content-type"] ?? "text/plain" });
      response.end(code === 200 && request.headers["content-type"] === "application/json" ? "{}" : "");
    };
    try {
      if (request.url !== path) return answer(404, `path ${request.url}`);
      if (request.method !== "POST") return answer(405, `method ${request.method}`);
      const type = request.headers["content-type"];
      if (type !== "application/x-protobuf" && type !== "application/json")
        return answer(415, `type ${type}`);
      const body = Buffer.concat(chunks);
      spans.push(...decode(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body, type));
      answer(200, "");
    } catch (error) {
      answer(400, (error as Error).message);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    headers,
    refused,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** @throws Error for what is no request by the definitions, or holds a span that is none */
export function decode(body: Buffer, type: Encoding): ReceivedSpan[] {
  const request = type === "application/json" ? fromJson(body) : fromProtobuf(body);
  const { resourceSpans = [] } = ExportTraceServiceRequest.toObject(request, {
    longs: String,
    bytes: Buffer,
    defaults: true,
  }) as { resourceSpans: RawResourceSpans[] };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(span, values(resource?.attributes ?? [])))),
  );
}

function fromProtobuf(body: Buffer): object {
  const request = ExportTraceServiceRequest.decode(body);
  const again = ExportTraceServiceRequest.encode(request).finish();
  if (again.length !== body.length) throw new Error("it holds fields that are in no definition");
  return request;
}

/** OTLP's JSON: names in lowerCamelCase, ids in hexadecimal (not base64, as protobuf's own JSON has them). */
function fromJson(body: Buffer): object {
  const given = JSON.parse(body.toString("utf8"), (key, value) => {
    if (key !== "traceId" && key !== "spanId" && key !== "parentSpanId") return value;
    if (!/^([0-9a-f]{2})*$/.test(value)) throw new Error(`${key} is not hexadecimal`);
    return Buffer.from(value, "hex");
  });
  const request = ExportTraceServiceRequest.fromObject(given);
  const unknown = namesBeside(given, ExportTraceServiceRequest.toObject(request, { defaults: true }));
  if (unknown.length > 0) throw new Error(`it holds ${unknown.join()}, which are in no definition`);
  return request;
}

/** Names of `given` that what was made of it has not. */
function namesBeside(given: unknown, made: unknown): readonly string[] {
  if (typeof given !== "object" || given === null || Buffer.isBuffer(given)) return [];
  const [from, into] = [given, made ?? {}] as Record<string, unknown>[];
  return Object.entries(from ?? {}).flatMap(([name, value]) =>
    into && name in into ? namesBeside(value, into[name]) : [name],
  );
}

interface RawAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>> | null;
}

interface RawSpan {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly RawAttribute[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly RawAttribute[] }[];
  readonly status: { readonly code: number; readonly message: string } | null;
}

interface RawResourceSpans {
  readonly resource: { readonly attributes: readonly RawAttribute[] } | null;
  readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
}

function spanOf(span: RawSpan, resource: ReceivedSpan["resource"]): ReceivedSpan {
  const [start, end] = [ms(span.startTimeUnixNano), ms(span.endTimeUnixNano)];
  if (span.name === "") throw new Error("a span has no name");
  if (end < start || start <= 0) throw new Error(`${span.name} ends at ${end}, and begins at ${start}`);
  return {
    traceId: id(span.traceId, 16),
    id: id(span.spanId, 8),
    parent: span.parentSpanId.length === 0 ? "" : id(span.parentSpanId, 8),
    name: span.name,
    start,
    end,
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? "" },
    attributes: values(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: values(attributes) })),
    resource,
  };
}

function id(bytes: Buffer, length: number): string {
  if (bytes.length !== length || bytes.every((byte) => byte === 0))
    throw new Error(`an id is ${bytes.toString("hex")}`);
  return bytes.toString("hex");
}

function ms(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000n) / 1_000;
}

function values(attributes: readonly RawAttribute[]): Record<string, unknown> {
  const pairs = attributes.map(({ key, value }) => {
    if (key === "" || value === null) throw new Error(`an attribute is "${key}": ${value}`);
    const [kind = "", each] = Object.entries(value).find(([name]) => name.endsWith("Value")) ?? [];
    return [key, kind === "intValue" ? Number(each) : each] as const;
  });
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length)
    throw new Error("an attribute is there twice");
  return Object.fromEntries(pairs);
}
