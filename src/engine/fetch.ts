/**
 * A module that brings a file of the host to the controller. The host is only read; the change is the controller's, recorded and
 * taken back as one that is delegated to it.
 *
 * Must: where the file comes to stand is said by the playbook and the inventory, never by the host. Should: no file is brought that
 * stands here already.
 */

import { createHash } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type HostModule, lookAtRemote, TaskFailed } from "../modules/modules.ts";
import { fileReason, systemProblem } from "../problem/problem.ts";
import { Dict } from "../template/template.ts";
import { doingHere } from "./controller.ts";
import type { Doing } from "./doing.ts";
import { runHostModule } from "./host-module.ts";
import { type Result, resultOf } from "./result.ts";
import { runOptions } from "./run-options.ts";
import { understood } from "./understood.ts";

/** Ansible's words. */
const notForetold = "check mode not (yet) supported for this module";

type Fetched = ReturnType<NonNullable<HostModule["fetches"]>>;

export async function runFetch(module: HostModule, doing: Doing): Promise<Result> {
  const fetched = module.fetches?.(doing.args);
  if (!fetched) throw new Error(`${module.name} fetches nothing`);
  if (doing.setting.checkMode) return resultOf(Dict.of({ changed: false, skipped: true, msg: notForetold }));
  const here = await lookedAt(doing, fetched);
  const { onController } = doing.run;
  const atOnce = await onController(async () =>
    (await isWanted(module, here)) ? null : runHostModule(module, here),
  );
  if (atOnce) return atOnce;
  const folder = await mkdtemp(join(here.shell.session.tmp, "kmend-fetch-"));
  try {
    const whole = await brought(doing, here, fetched, join(folder, "file"));
    return await onController(() => runHostModule(module, whole));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The task on the controller, with what the host says of the file. */
async function lookedAt(doing: Doing, { name, path }: Fetched): Promise<Doing> {
  const inspection = lookAtRemote(path);
  const output = await doing.shell.run(inspection.script, runOptions(doing));
  const { kind, ...seen } = understood(() => inspection.parse(output));
  const here = await doingHere(doing);
  const remote = {
    kind,
    isHere: false,
    host: doing.host,
    home: doing.shell.session.home,
    playFolder: doing.run.play.folder,
    ownHome: here.shell.session.home,
  };
  return withBrought(here, name, { ...seen, remote });
}

function withBrought(doing: Doing, name: string, file: Doing["setting"]["brought"][string]): Doing {
  const { setting } = doing;
  return { ...doing, setting: { ...setting, brought: { ...setting.brought, [name]: file } } };
}

async function isWanted(module: HostModule, { shell, args, setting, run }: Doing): Promise<boolean> {
  const inspection = module.inspect?.(args, setting);
  if (!inspection) throw new Error(`${module.name} cannot tell what stands here`);
  const seen = await shell.run(inspection.script, { signal: run.world.stop.hard });
  return understood(() => module.plan(inspection.parse(seen), args, setting)) !== null;
}

/** Streams the file to a place of its own. What came counts from here on, not what the host had said of it. */
async function brought(doing: Doing, here: Doing, { name, mayChange }: Fetched, to: string): Promise<Doing> {
  const file = here.setting.brought[name];
  if (!file?.remote) throw new Error(`nothing was looked at as ${name}`);
  const [sha1, md5] = [createHash("sha1"), createHash("md5")];
  const into = await open(to, "wx", 0o600);
  let written: Promise<void> = Promise.resolve();
  try {
    const got = await doing.shell.get(
      file.source,
      (chunk) => {
        sha1.update(chunk);
        md5.update(chunk);
        written = written.then(() => into.writeFile(chunk));
        return written;
      },
      { ...runOptions(doing), mayChange },
    );
    await written;
    return withBrought(here, name, {
      ...file,
      source: to,
      size: got.size,
      sha256: got.sha256,
      sha1: sha1.digest("hex"),
      md5: md5.digest("hex"),
      remote: { ...file.remote, isHere: true },
    });
  } catch (error) {
    throw systemProblem(error)
      ? new TaskFailed(`Cannot write ${to}: ${fileReason(error as NodeJS.ErrnoException)}`)
      : error;
  } finally {
    await written.catch(() => {});
    await into.close();
  }
}
