/** A task on a host, as the name of an entry. */
export function taskKey(task: string, host: string): string {
  return `${task} ${host}`;
}
