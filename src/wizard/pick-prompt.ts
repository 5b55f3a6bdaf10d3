/** A list of which any number is picked, for the terminal: what is typed searches it, so that hundreds are gone through by name.
 *  Inquirer's own checkbox has no search; this stands on the same core. */

import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isTabKey,
  isUpKey,
  makeTheme,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from "@inquirer/core";
import { firstHosts } from "../report/report.ts";
import { matching } from "./matching.ts";

export interface PickConfig {
  readonly message: string;
  /** All are picked to begin with; none stands there twice. */
  readonly names: readonly string[];
  readonly pageSize: number;
}

const help = "type to search (app-*,!app-3) • ↑↓ • space this one • tab all shown • ⏎ done";

/** @returns the names that are picked, in the order in which they were given */
export const pickPrompt = createPrompt<readonly string[], PickConfig>(
  ({ message, names, pageSize }, done) => {
    const theme = makeTheme();
    const [status, setStatus] = useState<"idle" | "done">("idle");
    const [term, setTerm] = useState("");
    const [picked, setPicked] = useState<ReadonlySet<string>>(new Set(names));
    const [active, setActive] = useState(0);
    const prefix = usePrefix({ status, theme });
    const shown = search(names, term);

    useKeypress((key, line) => {
      if (isEnterKey(key)) {
        setStatus("done");
        done(names.filter((name) => picked.has(name)));
        return;
      }
      if (isUpKey(key) || isDownKey(key)) {
        const next = active + (isUpKey(key) ? -1 : 1);
        setActive(Math.max(0, Math.min(shown.length - 1, next)));
      } else if (isSpaceKey(key) || isTabKey(key))
        setPicked(toggled(picked, isTabKey(key) ? shown : shown.slice(active, active + 1)));
      else {
        if (line.line !== term) setActive(0);
        setTerm(line.line);
        return;
      }
      // These keys are no part of what is searched for.
      line.clearLine(0);
      line.write(term);
    });

    const page = usePagination({
      items: shown,
      active,
      pageSize,
      loop: false,
      renderItem: ({ item, isActive }) => `${isActive ? "❯" : " "}${picked.has(item) ? "◉" : "◯"} ${item}`,
    });
    const question = `${prefix} ${theme.style.message(message, status)}`;
    if (status === "done")
      return `${question} ${theme.style.answer(answer(names.filter((name) => picked.has(name))))}`;
    const count = `${picked.size} of ${names.length} picked, ${shown.length} shown. Search:`;
    return [
      `${question} ${count} ${term}`,
      [shown.length > 0 ? page : "None has that in its name.", help].join("\n"),
    ];
  },
);

function search(names: readonly string[], term: string): readonly string[] {
  return term.trim() === "" ? names : matching(names, term);
}

/** All of them in; where they are in already, all of them out. */
function toggled(picked: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  const changed = new Set(picked);
  const areIn = names.every((name) => picked.has(name));
  for (const name of names) {
    if (areIn) changed.delete(name);
    else changed.add(name);
  }
  return changed;
}

function answer(names: readonly string[]): string {
  return names.length === 0 ? "none" : firstHosts(names, 3);
}
