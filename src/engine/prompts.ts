import type { Mask } from "../mask/mask.ts";
import type { Play } from "../playbook/playbook.ts";
import { Dict, str } from "../template/template.ts";
import type { World } from "./world.ts";

/** `vars_prompt`: asks for what `-e` did not give; without a terminal the default stands, as under Ansible. */
export async function askPrompts(world: World, mask: Mask, play: Play): Promise<Dict> {
  const answers = new Dict();
  for (const each of play.varsPrompt) {
    const said = world.options.extraVars.get(each.name);
    if (said !== undefined && each.private) mask.know(str(said));
    if (said !== undefined) continue;
    const initial = each.default === undefined || each.default === null ? undefined : str(each.default);
    const question = {
      text: each.prompt,
      secret: each.private,
      ...(initial === undefined ? {} : { initial }),
    };
    const answer = world.ask ? await world.ask(question) : (each.default ?? "");
    // What is typed without an echo is not to be seen later, whatever it is called.
    if (each.private) mask.know(str(answer));
    answers.set(each.name, answer);
  }
  return answers;
}
