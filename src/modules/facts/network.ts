/** Interfaces, addresses and the default routes, from ip(8). */

import { Dict, type Value } from "../../template/values.ts";
import type { Texts } from "./texts.ts";

interface Interface {
  readonly name: string;
  readonly facts: Record<string, Value>;
  readonly ipv4: Record<string, Value>[];
  readonly ipv6: Record<string, Value>[];
}

export function networkFacts(texts: Texts): Record<string, Value> {
  if (!texts.has("links")) return {};
  const interfaces = texts
    .lines("links")
    .map(parseLink)
    .filter((each) => each !== null);
  for (const line of texts.lines("addresses")) addAddress(interfaces, line);
  const isPublic = ({ address }: Record<string, Value>) =>
    !String(address).startsWith("127.") && address !== "::1";
  const addresses = (family: "ipv4" | "ipv6") => interfaces.flatMap((each) => each[family]).filter(isPublic);
  return {
    interfaces: interfaces.map(({ name }) => name),
    all_ipv4_addresses: addresses("ipv4").map(({ address }) => address ?? null),
    all_ipv6_addresses: addresses("ipv6").map(({ address }) => address ?? null),
    default_ipv4: defaultRoute(interfaces, "ipv4", texts.get("route4"), texts.get("default4")),
    default_ipv6: defaultRoute(interfaces, "ipv6", texts.get("route6"), texts.get("default6")),
    ...Object.fromEntries(interfaces.map((each) => [factName(each.name), interfaceFact(each)])),
  };
}

/** `2: eth0@if5: <UP,LOWER_UP> mtu 1500 ... link/ether 02:... brd ...` */
function parseLink(line: string): Interface | null {
  const [, name, flags = ""] = /^\d+: ([^:@]+)(?:@[^:]*)?: <([^>]*)>/.exec(line) ?? [];
  if (name === undefined) return null;
  const [, kind = "", address] = /link\/(\S+)(?: ([0-9a-f:]{17}))?/.exec(line) ?? [];
  const facts: Record<string, Value> = {
    device: name,
    active: flags.split(",").includes("UP"),
    promisc: flags.split(",").includes("PROMISC"),
    mtu: Number(/ mtu (\d+)/.exec(line)?.[1] ?? 0),
    type: name === "lo" ? "loopback" : kind === "ether" ? "ether" : kind || "unknown",
  };
  if (address !== undefined && kind === "ether") facts["macaddress"] = address;
  return { name, facts, ipv4: [], ipv6: [] };
}

function addAddress(interfaces: readonly Interface[], line: string): void {
  const [, name, family, address = "", prefix] =
    /^\d+: (\S+)\s+(inet6?) ([^\s/]+)(?: peer \S+?)?(?:\/(\d+))?/.exec(line) ?? [];
  const found = interfaces.find((each) => each.name === name);
  if (!found) return;
  if (family === "inet6")
    found.ipv6.push({ address, prefix: prefix ?? "128", scope: / scope (\w+)/.exec(line)?.[1] ?? "" });
  else found.ipv4.push(ipv4(address, Number(prefix ?? 32), / brd (\S+)/.exec(line)?.[1] ?? ""));
}

function ipv4(address: string, prefix: number, broadcast: string): Record<string, Value> {
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  const network = (toNumber(address) & mask) >>> 0;
  return {
    address,
    broadcast,
    netmask: toAddress(mask),
    network: toAddress(network),
    prefix: String(prefix),
  };
}

/** The interface that a packet to the outside would leave by; empty where there is no such route. */
function defaultRoute(
  interfaces: readonly Interface[],
  family: "ipv4" | "ipv6",
  got: string,
  shown: string,
): Dict {
  const name = / dev (\S+)/.exec(got)?.[1] ?? / dev (\S+)/.exec(shown)?.[1];
  const found = interfaces.find((each) => each.name === name);
  const source = / src (\S+)/.exec(got)?.[1];
  const address = found?.[family].find((each) => each["address"] === source) ?? found?.[family][0];
  if (!found || !address || / unreachable|^unreachable/.test(got)) return new Dict();
  const gateway = / via (\S+)/.exec(got)?.[1] ?? / via (\S+)/.exec(shown)?.[1];
  const { mtu = 0, type = "", macaddress } = found.facts;
  return Dict.of({
    interface: found.name,
    ...(gateway === undefined ? {} : { gateway }),
    ...address,
    ...(family === "ipv4" ? { alias: found.name } : {}),
    mtu,
    type,
    ...(macaddress === undefined ? {} : { macaddress }),
  });
}

function interfaceFact({ facts, ipv4, ipv6 }: Interface): Dict {
  const [first, ...more] = ipv4;
  return Dict.of({
    ...facts,
    ...(first ? { ipv4: Dict.of(first) } : {}),
    ...(more.length > 0 ? { ipv4_secondaries: more.map((each) => Dict.of(each)) } : {}),
    ...(ipv6.length > 0 ? { ipv6: ipv6.map((each) => Dict.of(each)) } : {}),
  });
}

/** `br-1.5` is ansible_br_1_5. */
function factName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_");
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
