/** The stand-ins for dockerd and its client: as much as decides which runtime starts containers, and says so. */

/** The text of /usr/bin/dockerd: it reads daemon.json when it starts, and not again until it is restarted. */
export function dockerdProgram(version: string): string {
  return `#!/usr/bin/python3 -ES
"""kmend rehearsal stand-in for dockerd. Not dockerd.

It settles which runtime starts containers, from /etc/docker/daemon.json as it is now, until it is started again.
"""
import json, os, signal, socket, sys

RUN = "/run/docker"


def put(name, text):
    with open(os.path.join(RUN, name + ".new"), "w") as file:
        file.write(text)
    os.rename(os.path.join(RUN, name + ".new"), os.path.join(RUN, name))


def notify_ready():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(b"READY=1")


def main():
    if "--version" in sys.argv or "-v" in sys.argv:
        print("Docker version ${version}, build kmend-stand-in")
        return
    try:
        with open("/etc/docker/daemon.json") as file:
            config = json.load(file)
    except FileNotFoundError:
        config = {}
    runtimes = {"runc": {"path": "/usr/bin/runc"}, **config.get("runtimes", {})}
    default = config.get("default-runtime", "runc")
    if default not in runtimes:
        sys.exit("unable to configure the Docker daemon: specified default runtime '%s' does not exist" % default)
    is_systemd = "native.cgroupdriver=systemd" in config.get("exec-opts", [])
    os.makedirs(RUN, exist_ok=True)
    put("info.json", json.dumps({
        "ServerVersion": "${version}", "CgroupDriver": "systemd" if is_systemd else "cgroupfs", "DefaultRuntime": default,
        "Runtimes": runtimes, "LiveRestoreEnabled": config.get("live-restore", False),
    }))
    put("default-runtime", runtimes[default]["path"] + (" --systemd-cgroup docker" if is_systemd else "") + "\\n")
    if "NOTIFY_SOCKET" in os.environ:
        notify_ready()
    stop = signal.sigwait([signal.SIGTERM, signal.SIGINT])
    os.remove(os.path.join(RUN, "default-runtime"))


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
main()
`;
}

/** The text of /usr/bin/docker: `info`, `version`, `ps`, and as much of `run` and `rm` as a probe needs. */
export function dockerProgram(version: string): string {
  return `#!/usr/bin/python3 -ES
"""kmend rehearsal stand-in for docker. Not docker. It knows: info [--format T], version [--format T], ps [-q], --version,
run -d [--runtime R] [--kernel-memory N] [--memory N] IMAGE, rm -f ID. An image is a name: every container sleeps."""
import json, os, re, subprocess, sys

MEMORY = "/sys/fs/cgroup/memory/"


def main():
    words = sys.argv[1:]
    if words[:1] in (["--version"], ["-v"]):
        print("Docker version ${version}, build kmend-stand-in")
        return
    if not os.path.exists("/run/docker/default-runtime"):
        sys.exit("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
    with open("/run/docker/info.json") as file:
        info = json.load(file)
    template = next((words[i + 1] for i, word in enumerate(words) if word in ("--format", "-f")), None)
    if words[:1] == ["ps"]:
        print("\\n".join(i[:12] for i in sorted(os.listdir("/run/runc")) if os.path.isdir("/run/runc/" + i)) if os.path.isdir("/run/runc") else "")
    elif words[:1] == ["version"]:
        data = {"Client": {"Version": "${version}"}, "Server": {"Version": info["ServerVersion"]}}
        print(fill(template, data) if template else "Client:\\n Version:  ${version}\\nServer:\\n Version:  %s" % info["ServerVersion"])
    elif words[:1] == ["info"]:
        print(fill(template, info) if template else describe(info))
    elif words[:2] == ["run", "-d"]:
        run(words[2:], info)
    elif words[:2] == ["rm", "-f"]:
        runtime(info["DefaultRuntime"], info, ["delete", words[2]])
        print(words[2])
    else:
        sys.exit("docker: '%s' is not a docker command of this stand-in" % " ".join(words))


def run(words, info):
    options, name = [], info["DefaultRuntime"]
    while len(words) > 1:
        option, value, *words = words
        if option == "--runtime":
            name = value
        elif option in ("--memory", "--kernel-memory"):
            options += [option, value]
        else:
            sys.exit("unknown flag: " + option)
    if name not in info["Runtimes"]:
        sys.exit("docker: Error response from daemon: Unknown runtime specified %s." % name)
    container = os.urandom(32).hex()
    if info["CgroupDriver"] == "systemd":
        parent, options = "system.slice", ["--systemd-cgroup", "docker", *options]
    else:
        parent = "docker"
    os.makedirs(MEMORY + parent, exist_ok=True)
    runtime(name, info, ["run", "--cgroup-parent", parent, *options, container])
    print(container)


def runtime(name, info, words):
    done = subprocess.run([info["Runtimes"][name]["path"], *words], capture_output=True, text=True, start_new_session=True)
    if done.returncode != 0:
        sys.exit("docker: Error response from daemon: OCI runtime create failed: %s" % done.stderr.strip())


def fill(template, data):
    """Go templates as far as a field goes: {{.Name}}, {{.A.B}}, {{json .Name}}, {{json .}}."""
    def value(match):
        found = data
        for key in filter(None, match.group(2).split(".")):
            found = found[key]
        return json.dumps(found) if match.group(1) or not isinstance(found, str) else found
    return re.sub(r"\\{\\{\\s*(json\\s+)?\\.([\\w.]*)\\s*\\}\\}", value, template)


def describe(info):
    return "\\n".join([
        "Server Version: " + info["ServerVersion"],
        "Cgroup Driver: " + info["CgroupDriver"],
        "Runtimes: " + " ".join(sorted(info["Runtimes"])),
        "Default Runtime: " + info["DefaultRuntime"],
        "Live Restore Enabled: " + str(info["LiveRestoreEnabled"]).lower(),
    ])


main()
`;
}
