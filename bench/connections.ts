/** What two hundred connections cost the controller: time to open them, memory while they stand, scripts a second. */

import { type Connector, createConnector, type Shell, type Target } from "../src/connection/connection.ts";
import { raw } from "../src/script/script.ts";
import { type Fleet, withFleet } from "./fleet.ts";
import { load, median, table } from "./measure.ts";

const hosts = 20;
const connections = 200;
const scripts = 20;

await withFleet(hosts, async (fleet) => {
  const connector = createConnector();
  try {
    const before = megabytes();
    const [openMs, shells] = await elapsed(() => open(fleet, connector));
    const standing = megabytes();
    const [runMs] = await elapsed(() => Promise.all(shells.map(ask)));
    console.log(
      `\n${connections} connections to ${hosts} hosts, one shell each (${load()})\n\n${table([
        ["opened in", `${(openMs / 1000).toFixed(1)} s`],
        ["memory of all", `${(standing - before).toFixed(0)} MB`],
        ["memory of one", `${((standing - before) / connections).toFixed(2)} MB`],
        ["scripts a second", ((connections * scripts) / (runMs / 1000)).toFixed(0)],
        ["one script alone, median", `${median(await alone(shells)).toFixed(2)} ms`],
      ])}`,
    );
  } finally {
    await connector.closeAll();
  }
});

/** Several inventory names for each host: to kmend they are different hosts. */
function open(fleet: Fleet, connector: Connector): Promise<Shell[]> {
  return Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const connection = await connector.open(target(fleet, index));
      return connection.shell(null);
    }),
  );
}

function target(fleet: Fleet, index: number): Target {
  const node = fleet.nodes[index % fleet.nodes.length];
  if (!node) throw new Error("Cannot measure connections: the lab has no hosts");
  return {
    name: `${node.name}-${index}`,
    kind: "ssh",
    address: node.address,
    port: node.port,
    user: "root",
    privateKeyFile: `${fleet.state}/lab/bench/ssh/id_ed25519`,
    knownHostsFiles: [`${fleet.state}/lab/bench/ssh/known_hosts`],
    hostKeyChecking: true,
    connectTimeoutMs: 60_000,
    keepaliveIntervalMs: 30_000,
    keepaliveCountMax: 3,
  };
}

async function ask(shell: Shell): Promise<void> {
  for (let count = 0; count < scripts; count++) await shell.run(raw(":"));
}

/** Round trips with nothing else under way. */
async function alone([shell]: readonly Shell[]): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; shell && count < 200; count++) {
    const [ms] = await elapsed(() => shell.run(raw(":")));
    times.push(ms);
  }
  return times;
}

function megabytes(): number {
  return process.memoryUsage().rss / 1e6;
}

async function elapsed<T>(act: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const value = await act();
  return [performance.now() - began, value];
}
