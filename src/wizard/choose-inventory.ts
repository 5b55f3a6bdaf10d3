/** Which hosts there are: what was found, else what somebody types. */

import { KmendError } from "../problem/problem.ts";
import { howMany } from "../report/report.ts";
import type { Asker } from "./ask.ts";
import type { Source, Work } from "./work.ts";

/** Asks nothing where one inventory was found. */
export async function chooseInventory(asker: Asker, work: Work): Promise<readonly string[]> {
  const sources = await work.sources();
  const [only] = sources;
  if (sources.length === 1 && only) {
    asker.say([`Inventory: ${named(only)}`]);
    return only.inventory;
  }
  if (sources.length > 1) {
    const chosen = await asker.choose<readonly string[] | null>("Which inventory?", [
      ...sources.map((source) => ({ value: source.inventory, name: named(source) })),
      { value: null, name: "another: a file, a folder, or hosts by name" },
    ]);
    if (chosen && (await canBeRead(asker, work, chosen))) return chosen;
    if (chosen) return chooseInventory(asker, work);
  }
  return typed(asker, work);
}

/** A cluster may not answer: then another is chosen. */
async function canBeRead(asker: Asker, work: Work, inventory: readonly string[]): Promise<boolean> {
  return (await countOf(asker, work, inventory)) !== null;
}

/** How many hosts there are; null where somebody was told why it cannot be read. */
async function countOf(asker: Asker, work: Work, inventory: readonly string[]): Promise<number | null> {
  return work.hostsOf(inventory).catch((error: unknown) => {
    if (!(error instanceof KmendError)) throw error;
    asker.say([error.message]);
    return null;
  });
}

function named({ name, hosts }: Source): string {
  return hosts === null ? name : `${name}: ${howMany(hosts, "host")}`;
}

async function typed(asker: Asker, work: Work): Promise<readonly string[]> {
  for (;;) {
    const answer = await asker.text('Inventory: a file, a folder, or hosts ("host1,host2")', "", (text) =>
      text === "" ? "A file, a folder, or names of hosts with commas between, please." : null,
    );
    const inventory = [
      answer.includes(",") || answer.includes("/") || answer.includes(".y")
        ? answer
        : await oneWord(answer, work),
    ];
    const count = await countOf(asker, work, inventory);
    if (count === null) continue;
    asker.say([`Inventory: ${inventory.join(", ")}, ${howMany(count, "host")}`]);
    return inventory;
  }
}

/** One word is a file where there is one, else the name of a host. */
async function oneWord(word: string, work: Work): Promise<string> {
  const isFile = await work.hostsOf([word]).then(
    () => true,
    () => false,
  );
  return isFile ? word : `${word},`;
}
