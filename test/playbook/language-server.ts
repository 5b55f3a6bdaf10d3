/** Speaks to the YAML language server that editors use, over its standard input and output, as an editor does. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Test } from "tap";

const program = fileURLToPath(import.meta.resolve("yaml-language-server/bin/yaml-language-server"));

// Without the network: an editor's server would ask for a catalogue of schemas.
const always = { schemaStore: { enable: false }, validate: true, completion: true, hover: true };

/** Counted from 0, as the protocol does. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: Position };
}

interface Completion {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
  readonly insertText?: string;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly uri?: string;
    readonly diagnostics?: readonly Diagnostic[];
    readonly items?: object[];
  };
  readonly result?: unknown;
}

/** A server that is ended with its test. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #diagnosed = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  #unread = Buffer.alloc(0);
  readonly #settings: object;
  #lastId = 0;

  private constructor(t: Test, settings: object) {
    this.#settings = { ...always, ...settings };
    // Without what the tests' runner has its children load.
    this.#child = spawn("env", ["-u", "NODE_OPTIONS", process.execPath, program, "--stdio"]);
    this.#child.stdout.on("data", (bytes: Buffer) => this.#read(bytes));
    t.teardown(() => this.#child.kill());
  }

  /** @param settings what stands below `yaml` in an editor's settings */
  static async start(t: Test, folder: string, settings: object): Promise<LanguageServer> {
    const server = new LanguageServer(t, settings);
    await server.#ask("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      workspaceFolders: [{ name: "here", uri: pathToFileURL(folder).href }],
      capabilities: {
        workspace: { configuration: true },
        textDocument: { completion: { completionItem: {} } },
      },
    });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  /** Opens a file and waits for what the server has to say of it: `LINE: message`, lines counted from 1. */
  async open(path: string, text: string): Promise<string[]> {
    const uri = pathToFileURL(path).href;
    const diagnosed = new Promise<readonly Diagnostic[]>((resolve) => this.#diagnosed.set(uri, resolve));
    this.#send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "yaml", version: 1, text } },
    });
    return (await diagnosed).map(({ range, message }) => `${range.start.line + 1}: ${message}`);
  }

  async complete(path: string, position: Position): Promise<readonly Completion[]> {
    const list = await this.#ask("textDocument/completion", at(path, position));
    return (list as { items: Completion[] }).items;
  }

  async hover(path: string, position: Position): Promise<string> {
    const found = await this.#ask("textDocument/hover", at(path, position));
    return (found as { contents?: { value?: string } } | null)?.contents?.value ?? "";
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  }

  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (;;) {
      const end = this.#unread.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(this.#unread.subarray(0, end).toString())?.[1]);
      if (end < 0 || this.#unread.length < end + 4 + length) return;
      this.#hear(JSON.parse(this.#unread.subarray(end + 4, end + 4 + length).toString()));
      this.#unread = this.#unread.subarray(end + 4 + length);
    }
  }

  #hear({ id, method, params, result }: Message): void {
    if (method === "workspace/configuration")
      this.#send({
        id,
        result: params?.items?.map((item) =>
          "section" in item && item.section === "yaml" ? this.#settings : null,
        ),
      });
    else if (method !== undefined && id !== undefined) this.#send({ id, result: null });
    else if (method === "textDocument/publishDiagnostics")
      this.#diagnosed.get(params?.uri ?? "")?.(params?.diagnostics ?? []);
    else if (id !== undefined) this.#answers.get(id)?.(result);
  }
}

function at(path: string, position: Position): object {
  return { textDocument: { uri: pathToFileURL(path).href }, position };
}
