import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connector, createConnector, type Shell } from "../../src/connection/connection.ts";
import { unreachable } from "../../src/connection/failures.ts";
import type { World } from "../../src/engine/engine.ts";

/** This machine's shells, taken for a host's: there is a lock on it, and its link can be lost. */
export class AdriftHost {
  readonly #home: string;
  readonly #go: string;
  readonly #late: Promise<unknown>[] = [];
  readonly #going: Promise<unknown>[] = [];

  constructor(home: string) {
    this.#home = home;
    this.#go = join(home, "go");
  }

  /** In its first change: the script of that goes on once somebody waits for it. A connection that is made anew is a good one. */
  readonly losingItsLink = (world: World): World =>
    this.#over(world, (shell, link) => this.#adrift(this.#watched(shell), link));

  /** Whoever comes has no patience, and the script goes on after that. */
  readonly foundBusy = (world: World): World =>
    this.#over(world, (shell) => ({
      ...shell,
      run: (script, options) => shell.run({ text: script.text.replace("sleep 1;", "sleep 0.02;") }, options),
    }));

  readonly found = (world: World): World => this.#over(world, (shell) => this.#watched(shell));

  /** Whatever is still at work there ends. */
  async lateOnes(): Promise<void> {
    writeFileSync(this.#go, "");
    await Promise.all([...this.#late, ...this.#going]);
  }

  #over(world: World, given: Given): World {
    const { connection } = world.options;
    return {
      ...world,
      connector: this.#connector(given),
      // Its home may lie in memory here, as everything below /tmp may.
      options: { ...world.options, anyPlace: true, connection: { ...connection, kind: "ssh" } },
    };
  }

  #connector(given: Given): Connector {
    const locals = new Set<Connector>();
    return {
      open: async (target) => {
        const local = createConnector();
        locals.add(local);
        const connection = await local.open({ ...target, kind: "local" });
        const link = { isLost: false };
        return {
          ...connection,
          target,
          close: async () => {
            if (!link.isLost) await connection.close();
          },
          shell: async (become, which) => {
            // Another user is another shell, with a home of its own.
            const shell = await connection.shell(null, become ? "beside" : which);
            const home = become ? join(this.#home, become.user) : this.#home;
            const own: Shell & Closing = {
              session: { ...shell.session, uid: 1000, home },
              run: (script, options) => shell.run(script, options),
              put: (content, to) => shell.put(content, to),
              get: (path) => shell.get(path),
              leave: () => locals.delete(local),
              close: () => local.closeAll(),
            };
            return given(own, link);
          },
        };
      },
      closeAll: async () => {
        for (const local of locals) await local.closeAll();
      },
    };
  }

  #adrift(shell: Shell & Closing, link: { isLost: boolean }): Shell {
    return {
      ...shell,
      run: async (script, options) => {
        if (link.isLost) throw unreachable("the link is lost");
        const late = script.text.replace(
          "if [ $? -eq 0 ]; then\n",
          `$&while [ ! -e ${this.#go} ]; do sleep 0.1; done\n`,
        );
        if (late === script.text || this.#late.length > 0) return shell.run(script, options);
        link.isLost = true;
        shell.leave();
        // The shell goes with its script, as sshd would have it.
        this.#late.push(shell.run({ text: late }).finally(() => shell.close()));
        throw unreachable("the link is lost");
      },
    };
  }

  #watched(shell: Shell & Closing): Shell & Closing {
    return {
      ...shell,
      run: (script, options) => {
        if (this.#late.length > 0 && script.text.includes("tries=0"))
          this.#going.push(sleep(300).then(() => writeFileSync(this.#go, "")));
        return shell.run(script, options);
      },
    };
  }
}

type Given = (shell: Shell & Closing, link: { isLost: boolean }) => Shell;

interface Closing {
  /** Nobody closes it any more but itself. */
  leave(): void;
  close(): Promise<void>;
}
