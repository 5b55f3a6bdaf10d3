/** `include_tasks` and `include_role`: loaded when they are reached, by each host with its own condition and loop. */

import type { Include } from "../playbook/playbook-types.ts";
import type { Frame } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import type { Run } from "./run.ts";

export async function runInclude(
  _run: Run,
  _node: Include,
  _frame: Frame,
  _hosts: readonly HostState[],
): Promise<void> {}
