import { Command } from "commander";
import { runPlaybooks } from "../engine/engine.ts";
import type { Event } from "../journal/journal.ts";
import { shipped } from "../package/package.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { explainText, leaks, type ScannedHost, scannedHosts, scanText } from "../report/report.ts";
import { loadAll } from "./load-all.ts";
import { addConnectionOptions, addOutputOptions, type RunFlags } from "./run-options.ts";
import { readGround, withWorld } from "./world.ts";

const exitLeaking = 3;

/** `kmend scan`. */
export function scanCommand(): Command {
  const command = new Command("scan")
    .description("Find the leak: read the evidence of every host and say what it means; changes nothing")
    .option("--explain <host>", "show the whole reasoning for one host, with the files it rests on");
  return addOutputOptions(addConnectionOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  kmend scan -i inventory/example.yml
  kmend scan -i inventory/example.yml --explain app-1

Exit codes: 0 no host leaks, 3 some do, 4 some host could not be read, 5 bad options`,
    )
    .action(async (flags: RunFlags & { readonly explain?: string }) => {
      const hosts = await scan({
        ...flags,
        ...(flags.explain === undefined ? {} : { limit: flags.explain }),
      });
      if (flags.output === "json") console.log(JSON.stringify({ schema: 1, hosts }, null, 2));
      else if (flags.explain === undefined) console.log(scanText(hosts));
      else console.log(hosts.map((host) => explainText(host)).join("\n"));
      process.exitCode = exitCode(hosts);
    });
}

async function scan(flags: RunFlags): Promise<readonly ScannedHost[]> {
  const playbooks = await loadAll([shipped("playbooks/detect.yml")], flags);
  const ground = await readGround("scan", flags);
  const events: Event[] = [];
  await withWorld(ground, async (world, journal) => {
    journal.subscribe((event) => events.push(event));
    await runPlaybooks(playbooks, world);
  });
  const hosts = scannedHosts(events);
  if (hosts.length > 0) return hosts;
  throw new KmendError(
    {
      code: "no-hosts",
      message: `Cannot scan: no host matches${flags.limit === undefined ? "" : ` "${flags.limit}"`}`,
    },
    exitCodes.error,
  );
}

function exitCode(hosts: readonly ScannedHost[]): number {
  if (hosts.some((host) => "problem" in host)) return exitCodes.hostsUnreachable;
  return hosts.some((host) => leaks(host)) ? exitLeaking : exitCodes.ok;
}
