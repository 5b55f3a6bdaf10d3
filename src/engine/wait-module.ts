import { TaskFailed, type WaitModule } from "../modules/modules.ts";
import type { Doing } from "./doing.ts";
import { checkStop, waitFor } from "./interrupted.ts";
import { type Result, resultOf } from "./result.ts";
import { runOptions } from "./run-options.ts";
import { timeToWait } from "./time-limits.ts";
import { understood } from "./understood.ts";

/** A module that waits: probes until its condition holds or its time is up; in check mode it looks once. */
export async function runWaitModule(module: WaitModule, doing: Doing): Promise<Result> {
  const { clock, stop } = doing.run.world;
  const isOnce = doing.setting.checkMode;
  const { delayS, sleepS, timeoutS } = module.timing(doing.args);
  const began = clock.now();
  const time = timeToWait(doing);
  if (!isOnce) await waitFor(doing.run, time.atMost(delayS * 1000));
  time.check();
  let begun: unknown = null;
  for (;;) {
    const output = await doing.shell.run(module.probe(doing.args), runOptions(doing));
    const elapsedS = Math.floor((clock.now() - began) / 1000);
    begun ??= understood(() => module.begin?.(output, doing.args) ?? null);
    if (understood(() => module.done(output, doing.args, begun)))
      return withChanged(understood(() => module.result({ args: doing.args, output, elapsedS })));
    if (isOnce || clock.now() - began >= timeoutS * 1000)
      throw new TaskFailed(
        understood(() => module.timedOut(doing.args, output, begun)),
        { elapsed: elapsedS },
      );
    // Cut short, it looks once more: what holds by now need not be waited for again.
    checkStop(doing.run, "Interrupted while waiting");
    await clock.sleep(time.atMost(sleepS * 1000), stop.soft);
    time.check();
  }
}

function withChanged(values: Parameters<typeof resultOf>[0]): Result {
  if (!values.has("changed")) values.set("changed", false);
  return resultOf(values);
}
