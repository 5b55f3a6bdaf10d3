import type { HostModule, WaitModule } from "../modules/modules.ts";
import type { Doing } from "./doing.ts";
import { runFetch } from "./fetch.ts";
import { runHostModule } from "./host-module.ts";
import type { Result } from "./result.ts";
import { runWaitModule } from "./wait-module.ts";

/** A module that speaks to a host, in its own way. */
export async function runOnHost(module: HostModule | WaitModule, doing: Doing): Promise<Result> {
  if (module.kind === "wait") return runWaitModule(module, doing);
  return module.fetches ? runFetch(module, doing) : runHostModule(module, doing);
}
