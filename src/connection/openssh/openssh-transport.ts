/**
 * The system's `ssh` as the way to a host, for what ssh2 can't: certificates, FIDO keys, GSSAPI, PKCS#11. Each program
 * is one `ssh` process; its own configuration, agent and known_hosts apply as they do by hand.
 */

import { spawn } from "node:child_process";
import type { KmendError } from "../../problem/problem.ts";
import type { Target } from "../connection.ts";
import { unreachable } from "../failures.ts";
import { childWire } from "../local/local-transport.ts";
import { splitWords } from "../ssh/arguments.ts";
import type { Transport } from "../wire.ts";
import { hostKeyRefused } from "./host-key-refused.ts";

/** A transport by the system's `ssh`. */
export function opensshTransport(target: Target): Transport {
  return {
    start(command) {
      const child = spawn("ssh", opensshArguments(target, command), { stdio: "pipe", detached: true });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2000);
      });
      return Promise.resolve(
        childWire(target.name, child, async (code) =>
          // 255 is ssh's own way to say that it was ssh that failed.
          code === 255
            ? { kind: "lost", problem: await opensshFailed(target, said) }
            : { kind: "exited", code },
        ),
      );
    },
    close: () => Promise.resolve(),
  };
}

/** The arguments of `ssh`; none of them is a secret. */
export function opensshArguments(target: Target, command: string): string[] {
  return [...opensshSettings(target), "--", target.address, command];
}

function opensshSettings(target: Target): string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined || value === "" ? [] : ["-o", `${name}=${value}`];
  return [
    ...["-T", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"],
    ...(target.configFile ? ["-F", target.configFile] : []),
    ...splitWords(target.sshArgs ?? ""),
    ...option("ConnectTimeout", Math.ceil(target.connectTimeoutMs / 1000)),
    ...option("ServerAliveInterval", Math.ceil(target.keepaliveIntervalMs / 1000)),
    ...option("ServerAliveCountMax", target.keepaliveCountMax),
    ...option("StrictHostKeyChecking", target.hostKeyChecking ? undefined : "no"),
    ...option("UserKnownHostsFile", target.knownHostsFiles?.map((file) => `"${file}"`).join(" ")),
    ...option("Port", target.port),
    ...option("User", target.user),
    ...option("IdentityFile", target.privateKeyFile),
  ];
}

async function opensshFailed(target: Target, said: string): Promise<KmendError> {
  const refused = await hostKeyRefused(target, said, [...opensshSettings(target), "--", target.address]);
  if (refused) return refused;
  const last = said.trim().split("\n").at(-1)?.trim();
  return unreachable(
    `${target.name}: Cannot reach ${target.address} by the system's ssh: ${last || "it ended without a word"}`,
    `See what it says:\n    ssh -v ${target.address} true`,
  );
}
