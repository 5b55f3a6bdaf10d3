/** What a person's terminal has, whoever runs the tests: neither the machine's settings, nor the runner's colours, nor a
 *  pipeline's `CI` and `TERM=dumb`, which ask a program to be quiet.
 *  @param isKept - names that stay nevertheless */
export function plainEnvironment(isKept: (name: string) => boolean = () => false): NodeJS.ProcessEnv {
  const foreign = /^(ANSIBLE_|KMEND_|TAP|NODE_|SSH_|XDG_|(FORCE_COLOR|NO_COLOR|COLUMNS|LINES|CI)$)/;
  const own = Object.entries(process.env).filter(([name]) => isKept(name) || !foreign.test(name));
  return { ...Object.fromEntries(own), TERM: "xterm-256color", LANG: "C.UTF-8" };
}
