/** How a user reaches the API: a kubeconfig that holds all it needs, so that it can be copied to where it is wanted. */

export interface Access {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** The certificates that the server's is held against, as PEM. */
  readonly authority: string;
  readonly user: string;
  readonly token: string;
}

/** Its text. A line an entry: the hosts' kubelet reads it without knowing YAML. */
export function kubeconfigText({ server, authority, user, token }: Access): string {
  return `apiVersion: v1
kind: Config
current-context: lab
clusters:
  - name: lab
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(authority).toString("base64")}
contexts:
  - name: lab
    context:
      cluster: lab
      user: ${user}
users:
  - name: ${user}
    user:
      token: ${token}
`;
}
