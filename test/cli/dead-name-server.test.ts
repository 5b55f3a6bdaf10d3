/** A name server that never answers holds up nobody: a run whose collector has a name ends as one that has none. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { lookupApart } from "../../src/cli/lookup-apart.ts";
import { shellWithKmend } from "./kmend.ts";

t.setTimeout(120_000);

/** A network and mounts of its own: there, the only name server is one that hears everything and says nothing. */
const inside = `
mount --bind resolv.conf /etc/resolv.conf
mount --bind nsswitch.conf /etc/nsswitch.conf
ip link set lo up
exec "$@"`;

/** Prints how the command that it is given ended, in how long, and how often the name server was asked meanwhile. */
const nameServer = `
const { spawn } = require("node:child_process");
const server = require("node:dgram").createSocket("udp4");
let asked = 0;
server.on("message", () => asked++);
server.bind(53, "127.0.0.1", () => {
  const began = performance.now();
  const child = spawn(process.argv[1], { shell: true, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => { said += chunk; });
  child.on("close", (code) => {
    console.log(JSON.stringify({ code, tookMs: performance.now() - began, asked, said }));
    server.close();
  });
});`;

/** Longer than anybody waits; what would ask three times would wait for half a minute. */
const resolv = "nameserver 127.0.0.1\noptions timeout:10 attempts:3\n";

const hasNamespaces = spawnSync("unshare", ["-mn", "true"]).status === 0;

t.test(
  "a collector whose name no server tells",
  { skip: hasNamespaces ? false : "no namespaces can be made here" },
  async (t) => {
    const folder = t.testdir({
      "resolv.conf": resolv,
      "nsswitch.conf": "hosts: files dns\n",
      "play.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n",
      "inside.sh": inside,
    });
    writeFileSync(join(folder, "server.cjs"), nameServer);
    const { stdout, stderr } = await shellWithKmend(
      `unshare -mn sh -e inside.sh ${process.execPath} -e "$(cat server.cjs)" "$KMEND run -i a, -c local play.yml"`,
      {
        cwd: folder,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example:4318",
          OTEL_EXPORTER_OTLP_TIMEOUT: "500",
        },
      },
    );
    const { code, tookMs, asked, said } = JSON.parse(stdout || `{"said": ${JSON.stringify(stderr)}}`);
    t.equal(code, 0, said);
    t.match(said, /^\[WARNING\]: traces: \d+ of \d+ spans did not reach http:\/\/collector\.example:4318\//);
    t.ok(asked > 0, "the server was asked");
    t.ok(tookMs < 10_000, `it ended in ${tookMs} ms`);
  },
);

t.test("who looks a name up gets what the system says of it", async (t) => {
  const { lookup, end } = lookupApart(20_000);
  t.teardown(end);
  const found = await new Promise((resolve) => {
    lookup("localhost", { family: 4 }, (...answer) => resolve(answer));
  });
  t.strictSame(found, [null, "127.0.0.1", 4]);
  const all = await new Promise((resolve) => {
    lookup("localhost", { all: true }, (...answer) => resolve(answer));
  });
  t.match(all, [null, [{ address: /^(127\.0\.0\.1|::1)$/, family: Number }]]);
  const unknown = await new Promise((resolve) => {
    lookup("x".repeat(300), {}, (error) => resolve(error));
  });
  t.match(unknown, { code: /^E/, message: /getaddrinfo E/ });
});

t.test("what is under way ends at once when nobody wants it any more", async (t) => {
  const { lookup, end } = lookupApart(60_000);
  const asked = (): Promise<unknown> =>
    new Promise((resolve) => {
      lookup("localhost", {}, (error) => resolve(error));
    });
  const answer = asked();
  end();
  const nobody = { code: "EAI_AGAIN", message: /no name server has answered/ };
  t.match(await answer, nobody);
  t.match(await asked(), nobody, "nor is it asked for again");
});
