/** The lab's control socket: one request a connection, as a line of JSON; a line comes back, the answer. */

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { HostState } from "./host.ts";

/** What a lab can be asked, and what it answers. */
export interface Requests {
  /** Boots what does not run; answers when all of it is up or has failed, with what was not up before. */
  readonly boot: { readonly nodes?: readonly string[] };
  readonly reboot: { readonly nodes: readonly string[] };
  readonly status: Record<never, never>;
  /** Ends every host and the daemon itself. */
  readonly stop: Record<never, never>;
}
export interface Answers {
  readonly boot: {
    readonly booted: readonly string[];
    /** A sentence for each that failed. */
    readonly failed: readonly string[];
    readonly ms: number;
  };
  readonly reboot: { readonly ms: number };
  readonly status: { readonly pid: number; readonly hosts: readonly HostReport[] };
  readonly stop: Record<never, never>;
}
export type Verb = keyof Requests;

/** What the daemon knows of one host. */
export interface HostReport {
  readonly name: string;
  readonly state: HostState;
  readonly trouble: string;
}

export type Answering = {
  readonly [V in Verb]: (request: Requests[V]) => Promise<Answers[V]>;
};

type Line = { readonly done: unknown } | { readonly failed: string };

/** Asks the lab's daemon; null where none listens, or it ends before it has answered. */
export async function ask<V extends Verb>(
  socketFile: string,
  verb: V,
  request: Requests[V],
): Promise<Answers[V] | null> {
  const socket = connect(socketFile);
  try {
    await once(socket, "connect");
    socket.write(`${JSON.stringify({ verb, ...request })}\n`);
    const line = await text(socket);
    if (line === "") return null;
    const answer = JSON.parse(line) as Line;
    if ("failed" in answer) throw new Error(answer.failed);
    return answer.done as Answers[V];
  } catch (error) {
    if (noDaemon.has((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

const noDaemon: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"]);

/** Listens for requests, replacing the socket of a daemon that is no more. */
export async function listenForRequests(socketFile: string, answering: Answering): Promise<Server> {
  await rm(socketFile, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => {}); // whoever asked may leave before the answer
    createInterface({ input: socket }).once("line", (line) => {
      void answerLine(line, answering).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
  });
  server.listen(socketFile);
  await once(server, "listening");
  return server;
}

async function answerLine(line: string, answering: Answering): Promise<Line> {
  try {
    const request = JSON.parse(line) as { verb: Verb };
    const answer = answering[request.verb] as ((request: unknown) => Promise<unknown>) | undefined;
    if (!answer) return { failed: `There is no request "${request.verb}"` };
    return { done: await answer(request) };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
