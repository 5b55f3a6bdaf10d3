let isReady = false;

/** Before somebody is asked: the terminal may go away meanwhile, and then its modes cannot be given back. Node calls that an error which
 *  readline tells nobody of, and the process would die of it, in the middle of a run. */
export function surviveLostTerminal(): void {
  const { stdin } = process;
  if (isReady || !stdin.isTTY) return;
  isReady = true;
  const setRawMode = stdin.setRawMode.bind(stdin);
  stdin.setRawMode = (mode) => {
    try {
      return setRawMode(mode);
    } catch {
      return stdin; // the question ends as if it had been closed
    }
  };
}
