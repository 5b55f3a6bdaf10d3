/** What Ctrl-C and SIGTERM ask for: first to end after the tasks under way, then to end now. */
export interface Stopping {
  /** Aborted at the first signal: nothing new starts. */
  readonly soft: AbortSignal;
  /** Aborted at the second: what is under way is cut off; the journal still gets its last lines. */
  readonly hard: AbortSignal;
  /** Takes the handlers off again. */
  release(): void;
}

/** Listens for signals while a run is under way. */
export function listenForStop(): Stopping {
  const soft = new AbortController();
  const hard = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!soft.signal.aborted) {
      process.stderr.write(`\n${signal}: ending after the tasks under way. Once more ends now.\n`);
      soft.abort(signal);
    } else {
      hard.abort(signal);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    soft: soft.signal,
    hard: hard.signal,
    release() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
