/** A connection over any transport: its shells, each opened once, and its end. */

import type { Become, Connection, Shell, Target } from "./connection.ts";
import { FramedShell } from "./shell/framed-shell.ts";
import { openShell } from "./shell/opening.ts";
import type { Transport } from "./wire.ts";

/** Makes the connection; closing it closes the transport. */
export function connectionOver(transport: Transport, target: Target): Connection {
  const shells = new Map<string, Promise<FramedShell>>();
  let closing: Promise<void> | null = null;

  async function openFramed(become: Become | null): Promise<FramedShell> {
    const open = () =>
      openShell(transport, { host: target.name, become, timeoutMs: target.connectTimeoutMs });
    return new FramedShell({ host: target.name, open }, await open());
  }
  async function closeAll(): Promise<void> {
    const opened = await Promise.allSettled(shells.values());
    await Promise.allSettled(opened.map((each) => (each.status === "fulfilled" ? each.value.close() : null)));
    await transport.close();
  }
  return {
    target,
    shell(become, which): Promise<Shell> {
      const key = `${which ?? ""}${JSON.stringify(become)}`;
      const known = shells.get(key);
      if (known) return known;
      const opening = openFramed(become);
      shells.set(key, opening);
      // A refusal is not for ever: the next caller may try again.
      opening.catch(() => shells.delete(key));
      return opening;
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}
