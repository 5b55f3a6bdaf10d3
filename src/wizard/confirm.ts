import { firstHosts, howMany, wrapAll } from "../report/report.ts";
import type { Asker } from "./ask.ts";

/** Beyond so many hosts a keypress is too little. */
const mostByKey = 10;

/** The one question after which hosts are changed.
 *  @param failing hosts of which the dry run says that they would fail
 *  @returns null: something else is to be chosen */
export async function confirm(
  asker: Asker,
  {
    hosts,
    failing,
    width,
  }: { readonly hosts: readonly string[]; readonly failing: readonly string[]; readonly width: number },
): Promise<boolean | null> {
  const count = hosts.length;
  if (failing.length > 0)
    asker.say([
      "",
      ...wrapAll(
        [`By the dry run ${howMany(failing.length, "host")} would fail: ${firstHosts(failing)}`],
        width,
      ),
    ]);
  const answer = await asker.choose<boolean | null>(`Change ${howMany(count, "host")} now?`, [
    { value: false, name: "no: change nothing, and leave" },
    { value: null, name: "choose something else" },
    { value: true, name: `yes: mend ${firstHosts(hosts, 4)}` },
  ]);
  if (!answer || count <= mostByKey) return answer;
  const typed = await asker.text(`Type the number of hosts to confirm (${count}), or "no"`, "", (text) =>
    text === String(count) || text === "no"
      ? null
      : `That is not ${count}. Nothing was changed; "no" leaves it at that.`,
  );
  return typed === String(count);
}
