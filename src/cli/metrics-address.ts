import { InvalidArgumentError } from "commander";

/** Where to listen. */
export interface MetricsAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** `:9464` and `9464` are the loopback's: who wants others to read it says so. @throws InvalidArgumentError */
export function metricsAddress(text: string): MetricsAddress {
  const [, bracketed, plain, digits = ""] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535)
    throw new InvalidArgumentError("It has to be :PORT, HOST:PORT or [IPv6]:PORT.");
  return { host: bracketed ?? (plain || "127.0.0.1"), port };
}

/** As {@link metricsAddress} takes it. */
export function addressText({ host, port }: MetricsAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
