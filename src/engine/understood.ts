import { TaskFailed } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";

/** What a host says may be anything: where a module trips over it, that host has failed, and not the run. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TaskFailed || error instanceof KmendError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TaskFailed(
      `Cannot make sense of what the host says: ${why}\n  Something there answers otherwise than its system would; KMEND_DEBUG=1 shows what.`,
    );
  }
}
