import { join as joinPath } from "node:path";
import type { Content, Shell } from "../connection/connection.ts";
import type { HostModule, Upload, Where } from "../modules/modules.ts";
import type { Script } from "../script/script.ts";
import type { Doing } from "./doing.ts";
import { hereFile, textForHere } from "./here-file.ts";

/** What a change puts on the host: texts that go with its script, and contents that are sent beforehand. */
export interface Uploads {
  readonly here: readonly Script[];
  readonly sent: readonly { readonly to: string; readonly content: Content }[];
}

// biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own change
export function uploadsOf(module: HostModule, doing: Doing, change: any, where: Where): Uploads {
  const here: Script[] = [];
  const sent: { to: string; content: Content }[] = [];
  for (const upload of module.uploads?.(change, where) ?? []) {
    const content = contentOf(doing, upload);
    const text = "bytes" in content ? textForHere(content.bytes) : null;
    if (text === null) sent.push({ to: upload.to, content });
    else here.push(hereFile(upload.to, text));
  }
  return { here, sent };
}

function contentOf(doing: Doing, upload: Upload): Content {
  if ("bytes" in upload) return { bytes: upload.bytes };
  const brought = doing.setting.brought[upload.from];
  if (!brought) throw new Error(`nothing was brought as ${upload.from}`);
  if (upload.entry !== undefined) {
    const entry = brought.entries?.find(({ path }) => path === upload.entry);
    return entry?.bytes ? { bytes: entry.bytes } : { file: joinPath(brought.source, upload.entry) };
  }
  return brought.bytes ? { bytes: brought.bytes } : { file: brought.source };
}

export async function send(shell: Shell, uploads: Uploads, signal: AbortSignal): Promise<void> {
  for (const { to, content } of uploads.sent) await shell.put(content, to, { signal });
}
