/** ansible_mounts: file systems with a device behind them, with their sizes. */

import { Dict, type Value } from "../../template/values.ts";
import type { Texts } from "./texts.ts";

export function mountFacts(texts: Texts): Value[] {
  const sizes = new Map(
    texts.lines("sizes").map((line) => [line.slice(line.indexOf("\t") + 1), line.split("\t")[0] ?? ""]),
  );
  const uuids = new Map(
    texts.lines("uuids").map((line) => {
      const [before = "", target = ""] = line.split(" -> ");
      return [`/dev/${target.split("/").at(-1) ?? ""}`, before.split(" ").at(-1) ?? ""];
    }),
  );
  const mounts = texts.lines("mounts").map((line) => line.split(" ").map(unescaped));
  return mounts
    .filter(([device = "", , type]) => (device.startsWith("/") || device.includes(":/")) && type !== "none")
    .map(([device = "", mount = "", fstype = "", options = ""]) =>
      Dict.of({
        mount,
        device,
        fstype,
        options,
        ...sizesOf(sizes.get(mount) ?? ""),
        uuid: uuids.get(device) ?? "N/A",
      }),
    );
}

/** `stat -f`: blocks available, blocks, block size, inodes, inodes free. Nothing where it gave no answer in time. */
function sizesOf(text: string): Record<string, Value> {
  const [available = 0, total = 0, size = 0, inodes = 0, freeInodes = 0] = text.split(" ").map(Number);
  if (size === 0) return {};
  return {
    size_total: total * size,
    size_available: available * size,
    block_size: size,
    block_total: total,
    block_available: available,
    block_used: total - available,
    inode_total: inodes,
    inode_available: freeInodes,
    inode_used: inodes - freeInodes,
  };
}

/** Spaces stand as \040 there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
