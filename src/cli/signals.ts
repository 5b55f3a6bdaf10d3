/** What Ctrl-C and SIGTERM ask for: first to end after the tasks under way, then to end now. */
export interface Stopping {
  /** Aborted at the first signal: nothing new starts. */
  readonly soft: AbortSignal;
  /** Aborted at the second: what is under way is cut off; the journal still gets its last lines. */
  readonly hard: AbortSignal;
  /** As if Ctrl-C had been pressed: a question of inquirer's takes it in itself. */
  interrupt(): void;
  /** Takes the handlers off again. */
  release(): void;
}

// SIGHUP: the operator's own terminal or login went away, and that must not cut a change in two either.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens for signals while a run is under way. */
export function listenForStop(): Stopping {
  const soft = new AbortController();
  const hard = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!soft.signal.aborted) {
      process.stderr.write(`\n${signal}: ending after the tasks under way. Once more ends now.\n`);
      soft.abort(signal);
    } else if (!hard.signal.aborted) {
      process.stderr.write(`\n${signal}: ending now, in the middle of what runs.\n`);
      hard.abort(signal);
    }
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    soft: soft.signal,
    hard: hard.signal,
    interrupt: () => onSignal("SIGINT"),
    release() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
