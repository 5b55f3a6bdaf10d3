/** The lab as an inventory that both `kmend` and `ansible-playbook` read. What is planted on the hosts is not in it. */

import { groups, type LabNode } from "./fleet.ts";
import { knownHosts, loginKey } from "./keys.ts";
import type { LabPlace } from "./place.ts";

/** The inventory's text. */
export function inventoryText(place: LabPlace, nodes: readonly LabNode[]): string {
  const children = groups
    .map((group) => ({ group, members: nodes.filter((node) => node.group === group) }))
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => `    ${group}:\n      hosts:\n${members.map(hostLines).join("")}`);
  return `# The rehearsal fleet "${place.name}", written by kmend lab.
all:
  vars:
    ansible_user: root
    ansible_ssh_private_key_file: ${JSON.stringify(loginKey(place))}
    ansible_ssh_common_args: ${JSON.stringify(clientOptions(place))}
  children:
${children.join("")}`;
}

function hostLines(node: LabNode): string {
  return `        ${node.name}:
          ansible_host: ${node.address}
          ansible_port: ${node.port}
`;
}

function clientOptions(place: LabPlace): string {
  return `-o UserKnownHostsFile="${knownHosts(place)}" -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes`;
}
