/**
 * Spans of a run to an OpenTelemetry collector. Loaded only where one is configured: its libraries take a tenth of a second.
 *
 * Must: a collector that is away, slow or hostile neither slows nor fails the run. What waits for it is bounded, so is the wait at the
 * end, and what did not reach it is counted and told once.
 */

import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createTraceState,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Event } from "../journal/journal.ts";
import { version } from "../package/package.ts";
import { fileReason, harmless } from "../problem/problem.ts";
import { type OtlpSettings, type SpanStep, spanSteps } from "../telemetry/telemetry.ts";
import { lookupApart } from "./lookup-apart.ts";

/** Spans that wait to be sent: about 16 MB. */
const mostWaiting = 8_192;
/** Beside the time that a request has. */
const graceMs = 500;
const longestReason = 200;

/** @param past events of a run that goes on @param warn is told, once, what did not reach the collector
 *  @returns what takes an event in, and how to end it */
export async function sendSpans(
  settings: OtlpSettings,
  past: readonly Event[],
  warn: (text: string) => void,
): Promise<{ take(event: Event): void; end(): Promise<void> }> {
  const names = lookupApart(settings.timeoutMs);
  const agent = agentFor(settings, names.lookup, warn);
  const { exporter, outcome } = counting(await newExporter(settings, agent));
  const provider = new TracerProvider({
    resource: resource(),
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: mostWaiting })],
  });
  hearPartialSuccess(outcome);
  const tracer = provider.getTracer("kmend", version);
  const spans = new Map<string, Span>();
  const root = parentContext(settings);

  function act(step: SpanStep): void {
    if (step.kind === "start") {
      const parent = step.parent === null ? undefined : spans.get(step.parent);
      const context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : root;
      const { name, at: startTime } = step;
      const options = { kind: SpanKind.INTERNAL, startTime, attributes: { ...step.attributes } as never };
      spans.set(step.key, tracer.startSpan(name, options, context));
      return;
    }
    const span = spans.get(step.key);
    if (step.kind === "event") span?.addEvent(step.name, { ...step.attributes } as never, step.at);
    else if (span) {
      span.setAttributes({ ...step.attributes } as never);
      if (step.error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: step.error });
      span.end(step.at);
      spans.delete(step.key);
      if (span.spanContext().traceFlags & TraceFlags.SAMPLED) outcome.ended += 1;
    }
  }

  const { take, end } = spanSteps(past);
  return {
    take(event) {
      try {
        take(event).forEach(act);
      } catch (error) {
        // Of the libraries' own: the run knows nothing of it.
        outcome.why = reasonOf(error as Error);
      }
    },
    async end() {
      end().forEach(act);
      const timer = new AbortController();
      const late = sleep(settings.timeoutMs + graceMs, null, { signal: timer.signal }).catch(() => null);
      await Promise.race([provider.forceFlush().catch(() => null), late]);
      timer.abort();
      // What is still under way would keep the process alive.
      agent.destroy();
      names.end();
      const missing = outcome.ended - outcome.sent + outcome.refused;
      if (missing > 0)
        warn(
          `traces: ${missing} of ${outcome.ended} spans did not reach ${settings.shownUrl}: ${outcome.why}`,
        );
    },
  };
}

interface Outcome {
  ended: number;
  sent: number;
  /** Taken by the collector, and thrown away. */
  refused: number;
  why: string;
}

/** Counts what the collector took. */
function counting(exporter: SpanExporter): { readonly exporter: SpanExporter; readonly outcome: Outcome } {
  const outcome: Outcome = { ended: 0, sent: 0, refused: 0, why: "it took too long" };
  return {
    outcome,
    exporter: {
      export(spans, done) {
        exporter.export(spans, (result) => {
          if (result.code === 0) outcome.sent += spans.length;
          else outcome.why = reasonOf(result.error);
          done(result);
        });
      },
      forceFlush: async () => exporter.forceFlush?.(),
      shutdown: () => exporter.shutdown(),
    },
  };
}

/** A status, or what the system said; several addresses of one name have a reason each. */
function reasonOf(
  error: (Error & { code?: number | string; errors?: readonly Error[] }) | undefined,
): string {
  const status = typeof error?.code === "number" ? `HTTP ${error.code} ` : "";
  const said = error?.message || error?.errors?.[0]?.message || String(error?.code ?? "it does not say why");
  return harmless(`${status}${said}`).slice(0, longestReason);
}

/** The exporter tells of it only to its logger. */
function hearPartialSuccess(outcome: Outcome): void {
  const nothing = (): void => {};
  const warn = (text: string, response?: unknown): void => {
    if (!text.includes("Partial Success")) return;
    const { rejectedSpans = 0, errorMessage = "" } = JSON.parse(String(response));
    outcome.refused += Number(rejectedSpans);
    outcome.why = harmless(String(errorMessage) || "it refused them").slice(0, longestReason);
  };
  const logger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function newExporter(
  { protocol, timeoutMs }: OtlpSettings,
  agent: HttpAgent | HttpsAgent,
): Promise<SpanExporter> {
  // Endpoint, headers and compression it reads from the environment itself.
  const options = { timeoutMillis: timeoutMs, httpAgentOptions: async () => agent };
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter(options);
}

function agentFor(
  { shownUrl }: OtlpSettings,
  lookup: LookupFunction,
  warn: (text: string) => void,
): HttpAgent | HttpsAgent {
  if (shownUrl.startsWith("http:")) return new HttpAgent({ keepAlive: true, lookup });
  const read = (name: string): Buffer | undefined => {
    const file =
      process.env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || process.env[`OTEL_EXPORTER_OTLP_${name}`];
    if (!file) return undefined;
    try {
      return readFileSync(file);
    } catch (cause) {
      warn(`traces: Cannot read ${file}: ${fileReason(cause as NodeJS.ErrnoException)}`);
      return undefined;
    }
  };
  return new HttpsAgent({
    keepAlive: true,
    lookup,
    ca: read("CERTIFICATE"),
    cert: read("CLIENT_CERTIFICATE"),
    key: read("CLIENT_KEY"),
  });
}

/** What the environment says of it wins. */
function resource(): ReturnType<typeof defaultResource> {
  return defaultResource()
    .merge(resourceFromAttributes({ "service.name": "kmend", "service.version": version }))
    .merge(detectResources({ detectors: [envDetector] }));
}

function parentContext({ parent }: OtlpSettings): typeof ROOT_CONTEXT {
  if (!parent) return ROOT_CONTEXT;
  const { traceState, ...context } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...context,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState: createTraceState(traceState) }),
  });
}
