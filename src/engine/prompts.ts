import type { Play } from "../playbook/playbook.ts";
import { Dict, str } from "../template/template.ts";
import type { World } from "./world.ts";

/** `vars_prompt`: asks for what `-e` did not give; without a terminal the default stands, as under Ansible. */
export async function askPrompts(world: World, play: Play): Promise<Dict> {
  const answers = new Dict();
  for (const each of play.varsPrompt) {
    if (world.options.extraVars.has(each.name)) continue;
    const initial = each.default === undefined || each.default === null ? undefined : str(each.default);
    const question = {
      text: each.prompt,
      secret: each.private,
      ...(initial === undefined ? {} : { initial }),
    };
    answers.set(each.name, world.ask ? await world.ask(question) : (each.default ?? ""));
  }
  return answers;
}
