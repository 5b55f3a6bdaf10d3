/** What the cluster's programs are made of. What is kept of them is named after this: change it and they are made anew. */

import { createHash } from "node:crypto";

/** Kubernetes as Debian 12 has it in sources: of the age of the nodes that leak. */
export const kubernetesVersion = "1.20.2";

export const recipe = {
  /** Debian's source package, and the folder in its archive. */
  source: "kubernetes",
  folder: `kubernetes-${kubernetesVersion}`,
  built: ["kube-apiserver", "kube-controller-manager", "kube-scheduler"],
  /** Programs that Debian has built: the package, and where the program is in it. */
  taken: { etcd: ["etcd-server", "usr/bin/etcd"], kubectl: ["kubernetes-client", "usr/bin/kubectl"] },
  /**
   * A vendored library and Debian's newer one: of those that 1.20.2 brings, reflect2 1.0.1 crashes what is built by Go 1.18 and
   * later as soon as it starts.
   */
  replaced: {
    vendored: "vendor/github.com/modern-go/reflect2",
    package: "golang-github-modern-go-reflect2-dev",
    files: "usr/share/gocode/src/github.com/modern-go/reflect2",
  },
  // What the sources' scripts would ask git for; -v names each package that is compiled, which is how far it is.
  settings: [
    `KUBE_GIT_VERSION=v${kubernetesVersion}`,
    "KUBE_GIT_TREE_STATE=clean",
    "KUBE_GIT_COMMIT=debian",
    "GOFLAGS=-v",
  ],
} as const;

/** Names what comes of the recipe. */
export const recipeName = `${kubernetesVersion}-${createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12)}`;

/** What the machine must have to build it: the program, and the Debian package that has it. */
export const buildNeeds: Readonly<Record<string, string>> = {
  go: "golang-go",
  make: "make",
  rsync: "rsync",
  jq: "jq",
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
};
