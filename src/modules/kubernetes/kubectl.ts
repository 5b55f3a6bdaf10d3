/**
 * How modules speak to a cluster: by `kubectl`, on whatever host the task acts on. There it has the user's kubeconfig with all that
 * it may ask for (login helpers, proxies, certificates); a task is delegated to the controller, or to a host of the control plane.
 */

import type { Output } from "../../script/output.ts";
import { raw, type Script, sh } from "../../script/script.ts";
import { hostPath } from "../host-path.ts";
import { TaskFailed, text } from "../module.ts";
import type { ArgumentsOf, Options } from "../options.ts";

const inKubeconfig = "an argument would show it in the process list; keep it in the kubeconfig";

/** Options that every module of the cluster has; names are those of `kubernetes.core`. */
export const clusterOptions = {
  kubeconfig: {
    type: "path",
    help: "Speak to the cluster of this kubeconfig (default: $K8S_AUTH_KUBECONFIG, $KUBECONFIG or ~/.kube/config)",
  },
  context: { type: "str", help: "Take this context of the kubeconfig" },
  kubectl: { type: "path", default: "kubectl", help: "Call kubectl by this path" },
  host: { type: "str", help: "Speak to the API at this URL" },
  ca_cert: {
    type: "path",
    aliases: ["ssl_ca_cert"],
    help: "Trust the API by this file of certificates",
  },
  client_cert: { type: "path", aliases: ["cert_file"], help: "Log in with this certificate" },
  client_key: { type: "path", aliases: ["key_file"], help: "Log in with this key" },
  validate_certs: {
    type: "bool",
    default: true,
    aliases: ["verify_ssl"],
    help: "Check the API's certificate",
  },
  impersonate_user: { type: "str", help: "Act as this user of the cluster" },
  impersonate_groups: {
    type: "list",
    elements: "str",
    default: [],
    help: "Act as a member of these groups of the cluster",
  },
  api_key: { type: "str", secret: true, refused: inKubeconfig, help: "Not supported" },
  username: { type: "str", refused: inKubeconfig, help: "Not supported" },
  password: { type: "str", secret: true, refused: inKubeconfig, help: "Not supported" },
  proxy: {
    type: "str",
    refused: "kubectl takes it from the kubeconfig or $HTTPS_PROXY",
    help: "Not supported",
  },
} as const satisfies Options;

export type Cluster = ArgumentsOf<typeof clusterOptions>;

/** The options that say which cluster is meant, without those of the module. */
export function clusterOf(args: Cluster): Cluster {
  const names = Object.keys(clusterOptions) as (keyof Cluster)[];
  return Object.fromEntries(names.map((name) => [name, args[name]])) as unknown as Cluster;
}

/** No answer within this is none: one request, not a whole drain. */
const requestTimeoutS = 15;

/** Defines `k`, which is kubectl for this cluster, and `away FILE`, whether its message there says that the API cannot be reached. */
export function kubectl(cluster: Cluster): Script {
  const { kubeconfig, context, host, ca_cert, client_cert, client_key, impersonate_user } = cluster;
  const flags = [
    sh`--request-timeout=${`${requestTimeoutS}s`}`,
    ...(kubeconfig === undefined ? [] : [sh`--kubeconfig ${hostPath(kubeconfig)}`]),
    ...(context === undefined ? [] : [sh`--context ${context}`]),
    ...(host === undefined ? [] : [sh`--server ${host}`]),
    ...(ca_cert === undefined ? [] : [sh`--certificate-authority ${hostPath(ca_cert)}`]),
    ...(client_cert === undefined ? [] : [sh`--client-certificate ${hostPath(client_cert)}`]),
    ...(client_key === undefined ? [] : [sh`--client-key ${hostPath(client_key)}`]),
    ...(cluster.validate_certs ? [] : [raw("--insecure-skip-tls-verify")]),
    ...(impersonate_user === undefined ? [] : [sh`--as ${impersonate_user}`]),
    ...cluster.impersonate_groups.map((group) => sh`--as-group ${group}`),
  ];
  return sh`[ -z "$K8S_AUTH_KUBECONFIG" ] || export KUBECONFIG="$K8S_AUTH_KUBECONFIG"
k() { ${hostPath(cluster.kubectl)} ${flags} "$@"; }
away() { grep -Eq ${awayWords.source} "$1"; }`;
}

/** What kubectl says of an API that does not answer, or whose store does not. Source: kubectl 1.20 and 1.32, tried against one
 *  that was stopped, frozen, and without its etcd. */
const awayWords =
  /connection to the server .* was refused|Unable to connect to the server|connection refused|i\/o timeout|TLS handshake timeout|connection reset by peer|Client\.Timeout|unexpected EOF|server is currently unable|etcdserver: |ServiceUnavailable|Timeout: request did not complete|no route to host|net\/http: request canceled/;

/** Whether the API could not be asked, as opposed to having said no. */
export function isAway({ code, stderr }: Output): boolean {
  return code !== 0 && awayWords.test(text(stderr));
}

/** The reason why the cluster could not be asked, in words, with what to do. */
export function refusedBy(output: Output): TaskFailed {
  const said = text(output.stderr).trim();
  const rest = { rc: output.code, stderr: said };
  if (output.code === 127 || /not found$|No such file or directory$/m.test(said.split("\n")[0] ?? ""))
    if (!/\(NotFound\)/.test(said))
      return new TaskFailed(
        `Cannot ask the cluster: there is no kubectl here (${said.split("\n")[0]})\n  Delegate the task to a host that has it (delegate_to: localhost), or name it by kubectl:`,
        rest,
      );
  const [, user, right] =
    /\(Forbidden\):[\s\S]*?User "([^"]*)" cannot ([\s\S]*?)(?: at the cluster scope|$)/m.exec(said) ?? [];
  if (right !== undefined)
    return new TaskFailed(
      `Cannot ask the cluster: the user "${user}" of the kubeconfig may not ${right}\n  Give that right by RBAC, or name another kubeconfig or context`,
      rest,
    );
  if (isAway(output)) return new TaskFailed(`Cannot ask the cluster: its API does not answer: ${said}`, rest);
  return new TaskFailed(`Cannot ask the cluster: ${said || `kubectl ended with ${output.code}`}`, rest);
}

/** Asks several things in one script: each answer stands below a line of its own. It ends at the first that is not answered.
 *  @param questions kubectl's arguments, by name */
export function asking(cluster: Cluster, questions: Readonly<Record<string, Script>>): Script {
  const each = Object.entries(questions).map(
    ([name, words]) => sh`printf '\\n%s\\n' ${separator(name)}; k ${words} || exit $?`,
  );
  return sh`(
${kubectl(cluster)}
${raw(each.map((script) => script.text).join("\n"))}
)`;
}

const separator = (name: string): string => `=== ${name}`;

/** What `asking` came to. @throws TaskFailed where an answer is missing, or no JSON */
export function answersOf<Name extends string>(
  output: Output,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  if (output.code !== 0) throw refusedBy(output);
  const printed = text(output.stdout);
  const parts = new Map<string, string>();
  for (const part of printed.split(/^=== /m).slice(1)) {
    const line = part.indexOf("\n");
    parts.set(part.slice(0, line), part.slice(line + 1).trim());
  }
  return Object.fromEntries(
    names.map((name) => {
      const answer = parts.get(name);
      if (answer === undefined) throw new TaskFailed(`Cannot understand kubectl: it does not say ${name}`);
      return [name, answer];
    }),
  ) as Record<Name, string>;
}

/** An answer in JSON. @throws TaskFailed */
export function json(answer: string, what: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    throw new TaskFailed(`Cannot understand what kubectl says of ${what}: ${answer.slice(0, 200)}`);
  }
}
