import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { type Answer, allCases } from "./case.ts";
import { askKmend } from "./run-kmend.ts";

const only = process.env["CASE"];

for (const each of allCases().filter(({ name }) => only === undefined || name === only)) {
  t.test(
    `kmend agrees with ansible-playbook: ${each.name}`,
    { skip: !existsSync(each.answerFile) },
    async (t) => {
      const wanted = JSON.parse(readFileSync(each.answerFile, "utf8")) as Answer;
      const found = await askKmend(each);
      t.same(found, wanted);
    },
  );
}
