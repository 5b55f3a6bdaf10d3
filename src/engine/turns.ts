/** Acts one after the other, in the order in which they were asked for. */
export type Turns = <T>(act: () => Promise<T>) => Promise<T>;

export function newTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => {});
    return mine;
  };
}
