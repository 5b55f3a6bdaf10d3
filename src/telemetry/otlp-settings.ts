/** What the environment says of traces. Source: OpenTelemetry's specification of environment variables and of the OTLP exporter. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans go. */
export interface OtlpSettings {
  /** To be shown: without a name and password that stand in it. */
  readonly shownUrl: string;
  readonly protocol: "http/protobuf" | "http/json";
  /** For one request with its retries. */
  readonly timeoutMs: number;
  readonly parent: TraceParent | null;
}

/** A span of another program, of which the run is a part (W3C Trace Context). */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState: string | undefined;
}

/** Longer than that nobody waits for a collector when a run has ended; the specification's 10 s are for programs that never do. */
const longestMs = 3_000;

/** @returns null: no traces are wanted; a text: why they cannot be had */
export function otlpSettings(env: Environment): OtlpSettings | string | null {
  const get = (name: string): string | undefined => env[name]?.trim() || undefined;
  const own = (name: string): string | undefined =>
    get(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? get(`OTEL_EXPORTER_OTLP_${name}`);
  const endpoint = own("ENDPOINT");
  const isOff = get("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  if (isOff || endpoint === undefined || (get("OTEL_TRACES_EXPORTER") ?? "otlp") !== "otlp") return null;
  const shownUrl = shownWithoutSecrets(endpoint, get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") === undefined);
  if (shownUrl === null) return "the OTLP endpoint is no http or https URL";
  const protocol = own("PROTOCOL") ?? "http/protobuf";
  if (protocol !== "http/protobuf" && protocol !== "http/json")
    return `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", and kmend speaks http/protobuf and http/json`;
  const timeout = Number(own("TIMEOUT") ?? longestMs);
  return {
    shownUrl,
    protocol,
    timeoutMs: timeout > 0 && timeout < longestMs ? timeout : longestMs,
    parent: parentIn(get("TRACEPARENT"), get("TRACESTATE")),
  };
}

/** What nobody may read: each value of the headers, and what follows a word such as `Bearer` in it; a password in the endpoint. */
export function otlpSecrets(env: Environment): readonly string[] {
  const headers = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
  const pairs = headers.flatMap((name) => (env[name] ?? "").split(","));
  const inHeaders = pairs.flatMap((pair) => {
    const raw = pair.slice(pair.indexOf("=") + 1).trim();
    const plain = decoded(raw);
    return [raw, plain, ...plain.split(/\s+/).slice(1)];
  });
  const endpoints = [env["OTEL_EXPORTER_OTLP_ENDPOINT"], env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]];
  const inEndpoints = endpoints.map((url) => decoded(URL.parse(url ?? "")?.password ?? ""));
  return [...inHeaders, ...inEndpoints].filter((text) => text !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shownWithoutSecrets(endpoint: string, isBase: boolean): string | null {
  const url = URL.parse(endpoint);
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  const path = isBase ? `${url.pathname.replace(/\/$/, "")}/v1/traces` : url.pathname;
  return `${url.origin}${path}`;
}

/** What is no trace parent is passed over, as the recommendation wants. */
function parentIn(header: string | undefined, traceState: string | undefined): TraceParent | null {
  const [, version, traceId = "", spanId = "", flags = "", rest] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), traceState };
}
