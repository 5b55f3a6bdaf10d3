/**
 * A link to a host that can be cut as where a cable is pulled: a veth pair, at whose far end, in a network namespace of its own, the
 * host has a second sshd. What is sent while it is cut goes nowhere, and neither end is told.
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { initOf, nspawnsBelow } from "../../src/lab/processes.ts";
import type { TestLab } from "../lab/with-lab.ts";

export class Link {
  readonly #lab: TestLab;
  readonly #host: string;
  readonly #namespace = `kmend-link-${process.pid}`;
  readonly #near = `kmend${process.pid}`;
  // A network that is kept for tests of this kind; another one for each test that runs.
  readonly #network = `198.18.${process.pid % 250}`;

  constructor(lab: TestLab, host: string) {
    this.#lab = lab;
    this.#host = host;
  }

  readonly port = 2022;

  /** Where the host is reached by way of the link. */
  get address(): string {
    return `${this.#network}.2`;
  }

  /** The lab's inventory, with this host at the far end of the link; a dead link is noticed within three seconds. */
  inventory(text: string): string {
    const direct = new RegExp(`(${this.#host}:\\n +)ansible_host: (\\S+)\\n( +)ansible_port: (\\d+)`);
    const alive = "-o ServerAliveInterval=1 -o ServerAliveCountMax=2";
    return text.replace(
      direct,
      `$1ansible_host: ${this.address}\n$3ansible_port: ${this.port}\n$3ansible_ssh_extra_args: ${alive} -o HostKeyAlias=[$2]:$4`,
    );
  }

  async open(): Promise<void> {
    ip(`netns add ${this.#namespace}`);
    ip(`link add ${this.#near} type veth peer name far netns ${this.#namespace}`);
    ip(`addr add ${this.#network}.1/30 dev ${this.#near}`);
    ip(`link set ${this.#near} up`);
    ip(`-n ${this.#namespace} addr add ${this.address}/30 dev far`);
    ip(`-n ${this.#namespace} link set far up`);
    await this.serve();
  }

  /** Starts the host's sshd at the far end; a host that was booted anew has none. */
  async serve(): Promise<void> {
    const folder = join(this.#lab.state, "lab", this.#lab.name, "nodes", this.#host);
    const [nspawn] = await nspawnsBelow(folder);
    const init = nspawn ? await initOf(nspawn.pid) : null;
    execFileSync("nsenter", [
      ...["--target", String(init), "--mount", "--uts", "--ipc", "--pid", "--wd=/"],
      ...[`--net=/run/netns/${this.#namespace}`, "/usr/sbin/sshd"],
      ...["-o", `ListenAddress=${this.address}:${this.port}`, "-o", "PidFile=none"],
    ]);
  }

  cut(): void {
    ip(`-n ${this.#namespace} link set far down`);
  }

  mend(): void {
    ip(`-n ${this.#namespace} link set far up`);
  }

  close(): void {
    for (const pid of ip(`netns pids ${this.#namespace}`).split("\n").filter(Boolean))
      process.kill(Number(pid), "SIGKILL");
    ip(`link del ${this.#near}`);
    ip(`netns del ${this.#namespace}`);
  }
}

function ip(words: string): string {
  return execFileSync("ip", words.split(" "), { encoding: "utf8" });
}
