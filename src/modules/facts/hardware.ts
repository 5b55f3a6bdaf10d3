/** Processors, memory, mounts, uptime, and what the firmware says of the machine. */

import { Dict, Float, type Value } from "../../template/values.ts";
import { mountFacts } from "./mounts.ts";
import type { Texts } from "./texts.ts";

export function hardwareFacts(texts: Texts): Record<string, Value> {
  const [one = "0", five = "0", fifteen = "0"] = texts.get("loadavg").split(" ");
  return {
    ...processorFacts(texts),
    ...memoryFacts(texts.get("meminfo")),
    ...firmwareFacts(texts),
    mounts: mountFacts(texts),
    uptime_seconds: Math.floor(Number(texts.get("uptime").split(" ")[0] ?? 0)),
    loadavg: Dict.of({
      "1m": new Float(Number(one)),
      "5m": new Float(Number(five)),
      "15m": new Float(Number(fifteen)),
    }),
  };
}

function processorFacts(texts: Texts): Record<string, Value> {
  const rows = texts.lines("cpuinfo").map((line) => line.split(":").map((part) => part.trim()));
  const values = (name: string) =>
    rows.filter(([key]) => key?.trim() === name).map(([, value = ""]) => value);
  const listed = rows.filter(([key = ""]) => ["processor", "vendor_id", "model name"].includes(key.trim()));
  const processors = Math.max(values("processor").length, 1);
  const sockets = new Set(values("physical id")).size;
  const cores = Number(values("cpu cores")[0] ?? 0) || 1;
  const threads = Math.max(Math.floor(Number(values("siblings")[0] ?? cores) / cores), 1);
  const count = sockets || processors;
  return {
    processor: listed.map(([, value = ""]) => value),
    processor_count: count,
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: sockets ? count * cores * threads : processors,
    processor_nproc: Number(texts.get("nproc").trim()) || processors,
  };
}

function memoryFacts(meminfo: string): Record<string, Value> {
  const mb = (name: string) =>
    Math.floor(Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(meminfo)?.[1] ?? 0) / 1024);
  const [total, free, swapTotal, swapFree] = [mb("MemTotal"), mb("MemFree"), mb("SwapTotal"), mb("SwapFree")];
  const freeWithoutCaches = free + mb("Cached") + mb("Buffers");
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: Dict.of({
      real: Dict.of({ total, used: total - free, free }),
      nocache: Dict.of({ free: freeWithoutCaches, used: total - freeWithoutCaches }),
      swap: Dict.of({
        total: swapTotal,
        free: swapFree,
        used: swapTotal - swapFree,
        cached: mb("SwapCached"),
      }),
    }),
  };
}

function firmwareFacts(texts: Texts): Record<string, Value> {
  const dmi = texts.assignments("dmi");
  const names =
    "bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version product_name product_serial product_uuid product_version";
  return {
    ...Object.fromEntries(names.split(" ").map((name) => [name, dmi[name]?.trim() || "NA"])),
    system_vendor: dmi["sys_vendor"]?.trim() || "NA",
  };
}
