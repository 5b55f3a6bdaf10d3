/** What a wait asks the host each time: is a port open, is a path there, does a text hold. */

import { raw, type Script, sh } from "../../script/script.ts";
import { hostPath } from "../host-path.ts";

/** Of a file, at most this much of its end is searched. */
const searchBytes = 4 * 1024 * 1024;

export interface PortQuestion {
  readonly host: string;
  readonly port: number;
  readonly timeoutS: number;
  /** Also read what the other side says first. */
  readonly isListening: boolean;
}

/**
 * Prints `open` (and what was said), `closed` or `cannot`. bash opens TCP connections itself; else nc; else, for
 * this very host, the kernel's list of listening sockets.
 */
export function probePort({ host, port, timeoutS, isListening }: PortQuestion): Script {
  const say = isListening ? "echo open; exec cat <&3" : "echo open";
  return sh`(
if command -v timeout >/dev/null 2>&1; then bounded() { timeout ${timeoutS} "$@"; }; else bounded() { "$@"; }; fi
if command -v bash >/dev/null 2>&1; then
  bounded bash -c ${`exec 3<>"/dev/tcp/$0/$1" && { ${say}; }`} ${host} ${port} 2>/dev/null || [ $? = 124 ] || echo closed
elif ${isListening ? raw("false") : raw("command -v nc >/dev/null 2>&1")}; then
  if nc -z -w ${timeoutS} ${host} ${port} >/dev/null 2>&1; then echo open; else echo closed; fi
elif ${!isListening && isThisHost(host) ? raw("true") : raw("false")}; then
  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ${listening(port)}; then echo open; else echo closed; fi
else echo cannot; fi
)`;
}

/** Prints `there` (and, when asked, the end of the file) or `missing`. */
export function probePath(path: string, isSearched: boolean): Script {
  const where = hostPath(path);
  return sh`if [ -e ${where} ] || [ -L ${where} ]; then
  echo there
  ${isSearched ? sh`tail -c ${searchBytes} -- ${where} 2>/dev/null` : raw(":")}
else echo missing; fi`;
}

function isThisHost(host: string): boolean {
  return /^(localhost|127\.|0\.0\.0\.0$|::1?$)/.test(host);
}

/** The local port in hexadecimal and the state 0A: listening. */
function listening(port: number): string {
  return `^ *[0-9]*: [0-9A-F]*:${port.toString(16).toUpperCase().padStart(4, "0")} [0-9A-F]*:[0-9A-F]* 0A`;
}
