/** The stand-in for containerd: as much of its CRI plugin as decides which runtime starts containers, and how. */

/** The text of /usr/bin/containerd: it reads config.toml when it starts, and not again until it is restarted. */
export function containerdProgram(version: string): string {
  return `#!/usr/bin/python3 -ES
"""kmend rehearsal stand-in for containerd. Not containerd.

It settles which runtime starts containers, from /etc/containerd/config.toml as it is now, until it is started again.
"""
import os, shutil, signal, socket, sys, tomllib

RUN = "/run/containerd"
# Where the CRI plugin has its table, by the file's version.
PLUGINS = {1: "cri", 2: "io.containerd.grpc.v1.cri"}


def put(name, text):
    with open(os.path.join(RUN, name + ".new"), "w") as file:
        file.write(text)
    os.rename(os.path.join(RUN, name + ".new"), os.path.join(RUN, name))


def notify_ready():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(b"READY=1")


def settled(config):
    """The program of the default runtime, and whether its containers become systemd's scopes."""
    cri = config.get("plugins", {}).get(PLUGINS[config.get("version", 1)], {})
    table = cri.get("containerd", {})
    if "default_runtime" in table:
        chosen = table["default_runtime"]
    else:
        chosen = {"runc": {}, **table.get("runtimes", {})}.get(table.get("default_runtime_name", "runc"))
    if chosen is None:
        sys.exit("invalid plugin config: no corresponding runtime configured in \`runtimes\` for \`default_runtime_name\`")
    options = chosen.get("options", {})
    program = options.get("BinaryName") or chosen.get("runtime_engine") or "runc"
    return shutil.which(program), options.get("SystemdCgroup", False) or cri.get("systemd_cgroup", False)


def main():
    if "--version" in sys.argv or "-v" in sys.argv:
        print("containerd containerd.io ${version} kmend-stand-in")
        return
    try:
        with open("/etc/containerd/config.toml", "rb") as file:
            config = tomllib.load(file)
    except FileNotFoundError:
        config = {}
    program, is_systemd = settled(config)
    os.makedirs(RUN, exist_ok=True)
    put("default-runtime", "%s%s\\n" % (program, " --systemd-cgroup cri-containerd" if is_systemd else ""))
    if "NOTIFY_SOCKET" in os.environ:
        notify_ready()
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    os.remove(os.path.join(RUN, "default-runtime"))


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
main()
`;
}
