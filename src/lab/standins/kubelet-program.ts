/** The stand-in for kubelet, as its package installs it: a small Python program that does to cgroups what kubelet does. */

import { kubeletNode } from "./kubelet-node.ts";

export interface KubeletBuild {
  /** Built with kernel memory accounting, as upstream's packages were. */
  readonly hasKmem: boolean;
  /** What it says that it is. */
  readonly version?: string;
  /** Ends with an error as soon as it starts. */
  readonly isDead?: boolean;
  /** Answers its health check with an error, always. */
  readonly isSick?: boolean;
}

/** What the vendored runc does where it makes a memory cgroup with a limit. A nokmem build of that age has no trace of it. */
const withKmem = `
def enable_kernel_memory(path):
    """What the vendored runc does to each new cgroup with a memory setting: a limit, then none, to switch accounting on."""
    try:
        for limit in ("1", "-1"):
            write(path, "memory.kmem.limit_in_bytes", limit)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        raise OSError(
            errno.EBUSY,
            "failed to set memory.kmem.limit_in_bytes, because either tasks have already joined this cgroup or it has children",
        )
`;
const withoutKmem = `
def enable_kernel_memory(path):
    pass
`;

/** The text of /usr/bin/kubelet. */
export function kubeletProgram(build: KubeletBuild): string {
  const { hasKmem, isSick = false, isDead = false, version = "1.15.5" } = build;
  return `${head(version)}${hasKmem ? withKmem : withoutKmem}${body}${kubeletNode(version)}${server(isSick)}${main(version, isDead)}`;
}

const head = (version: string): string => `#!/usr/bin/python3 -ES
"""kmend rehearsal stand-in for kubelet ${version}. Not kubelet.

It makes the memory cgroups that kubelet makes, in kubelet's order, and runs the static pods of its manifest folder
through the container runtime that docker or containerd has chosen. Pods outlive it, and are found again by what it noted of them.
With --kubeconfig it is a node of that cluster too.
"""
import errno, json, os, select, shutil, signal, socket, subprocess, sys, threading, time

MEMORY = "/sys/fs/cgroup/memory"
ALLOCATABLE = 8 << 30
NOTES = "/var/lib/kubelet/pods"

# Set by its flags: the cgroup driver, and the engine, by the folder that it says in what starts containers.
node = {"is_systemd": False, "engine": "/run/docker"}


def write(path, name, value):
    with open(os.path.join(MEMORY, path, name), "w") as file:
        file.write(value)


def log(*words):
    print(*words, file=sys.stderr, flush=True)

`;

const body = `

def make_cgroup(path, limit=None):
    """Makes a cgroup unless it is there; one that is there is left as it is, its accounting too."""
    if os.path.isdir(os.path.join(MEMORY, path)):
        return
    try:
        os.mkdir(os.path.join(MEMORY, path))
    except OSError as error:
        raise OSError(error.errno, "mkdir %s/%s: %s" % (MEMORY, path, os.strerror(error.errno).lower()))
    if limit:
        # By the systemd driver a limit is a property of the slice, and nobody writes a kernel memory limit.
        if not node["is_systemd"]:
            enable_kernel_memory(path)
        write(path, "memory.limit_in_bytes", str(limit))


def cgroup_of(*names):
    """The directory of a cgroup by its names from the top. The systemd driver makes slices, each called after all above it."""
    if not node["is_systemd"]:
        return "/".join(names)
    plain = [name.replace("-", "_") for name in names]
    return "/".join("-".join(plain[:depth + 1]) + ".slice" for depth in range(len(plain)))


def make_top_level():
    make_cgroup(cgroup_of("kubepods"), ALLOCATABLE)
    make_cgroup(cgroup_of("kubepods", "burstable"))
    make_cgroup(cgroup_of("kubepods", "besteffort"))


def bytes_of(quantity):
    units = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "k": 10**3, "M": 10**6, "G": 10**9}
    number = quantity.rstrip("kKMGi")
    return int(number) * units.get(quantity[len(number):], 1)


def resources(pod, kind):
    found = [c.get("resources", {}).get(kind, {}).get("memory") for c in pod["spec"]["containers"]]
    return [bytes_of(each) if each else None for each in found]


def pod_cgroup(pod):
    limits, requests = resources(pod, "limits"), resources(pod, "requests")
    name = "pod" + pod["metadata"]["uid"]
    if not any(limits) and not any(requests):
        return cgroup_of("kubepods", "besteffort", name)
    if all(limits) and requests == limits:
        return cgroup_of("kubepods", name)
    return cgroup_of("kubepods", "burstable", name)


def runtime(*words):
    with open(node["engine"] + "/default-runtime") as file:
        program, *by_driver = file.read().split()
    words = [words[0], *(by_driver if words[0] == "run" else []), *words[1:]]
    done = subprocess.run([program, *words], capture_output=True, text=True, start_new_session=True)
    if done.returncode != 0:
        raise OSError(errno.EIO, done.stderr.strip())


def note_of(uid):
    return os.path.join(NOTES, uid)


def start(pod):
    uid, cgroup, limits = pod["metadata"]["uid"], pod_cgroup(pod), resources(pod, "limits")
    is_limited = all(limits)
    try:
        make_cgroup(cgroup, sum(limits) if is_limited else None)
    except OSError as error:
        raise OSError(error.errno, "unable to ensure pod container exists: failed to create container for %s : %s" % (cgroup.split("/"), error.strerror))
    # The pause container of a limited pod gets a memory setting too: the incident's nodes leaked it as well.
    wanted = [["--memory-swappiness", "60"] if is_limited else []]
    wanted += [["--memory", str(limit)] if limit else [] for limit in limits]
    ids = [os.urandom(32).hex() for _ in wanted]
    os.makedirs(note_of(uid), exist_ok=True)
    if "resourceVersion" in pod["metadata"]:
        open(note_of(uid) + "/of-api", "w").close()
    with open(note_of(uid) + "/containers", "w") as file:
        json.dump({"cgroup": cgroup, "containers": ids}, file)
    for container, options in zip(ids, wanted):
        runtime("run", "--cgroup-parent", cgroup, *options, container)
    open(note_of(uid) + "/running", "w").close()


def stop(uid):
    try:
        with open(note_of(uid) + "/containers") as file:
            note = json.load(file)
    except FileNotFoundError:
        note = {"cgroup": None, "containers": []}
    for container in note["containers"]:
        runtime("delete", container)
    if note["cgroup"] and os.path.isdir(os.path.join(MEMORY, note["cgroup"])):
        os.rmdir(os.path.join(MEMORY, note["cgroup"]))
    shutil.rmtree(note_of(uid), ignore_errors=True)


def is_whole(uid):
    """Whether each container of the pod still has its cgroup and its process."""
    with open(note_of(uid) + "/containers") as file:
        note = json.load(file)
    for container in note["containers"]:
        try:
            with open("/run/runc/%s/pid" % container) as file:
                pid = file.read().strip()
            with open("/run/runc/%s/cgroup" % container) as file:
                cgroup = file.read().strip()
        except FileNotFoundError:
            return False
        if not os.path.isdir("/proc/" + pid) or not os.path.isdir(cgroup):
            return False
    return True


seen = {"changed": 0.0, "pods": {}}


def manifests(folder):
    """The pods wanted. The folder is read again when it changed, and for a second after: times are coarse."""
    if not os.path.isdir(folder):
        return {}
    changed = os.stat(folder).st_mtime
    if changed == seen["changed"] and time.time() - changed > 1:
        return seen["pods"]
    pods = {}
    for name in os.listdir(folder):
        if name.endswith(".json"):
            with open(os.path.join(folder, name)) as file:
                pod = json.load(file)
            pods[pod["metadata"]["uid"]] = pod
    seen.update(changed=changed, pods=pods)
    return pods


def sync(folder, look_closer):
    """One round: pods without a manifest go, new ones come, those that lost a cgroup or a process are killed and made again."""
    of_api, ending = bound["run"], bound["end"]
    wanted = {**manifests(folder), **(of_api or {})}
    noted = set(os.listdir(NOTES))
    for uid in noted:
        if of_api is None and is_of_api(uid):
            continue
        is_running = os.path.exists(note_of(uid) + "/running")
        if uid not in wanted or not is_running or (look_closer and not is_whole(uid)):
            log("killing pod", uid)
            attempt(stop, uid, uid)
    for uid, pod in wanted.items():
        if not os.path.isdir(note_of(uid)) and uid not in ending and time.monotonic() >= retry_at.get(uid, 0):
            attempt(start, uid, pod)


retry_at = {}


def attempt(act, uid, what):
    counted["tried"] += act is start
    try:
        act(what)
    except OSError as error:
        counted["failed"] += act is start
        log("FailedCreatePodContainer" if act is start else "FailedKillPod", error.strerror)
        retry_at[uid] = time.monotonic() + 2

`;

const server = (isSick: boolean): string => `
BEGAN = time.time()
counted = {"tried": 0, "failed": 0}


def metrics():
    """Of what kubelet 1.14 and later serve, the part that tells how many pods it started."""
    name = 'kubelet_runtime_operations%s_total{operation_type="run_podsandbox"} %d\\n'
    text = "# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.\\n"
    text += "process_start_time_seconds %.11e\\n" % BEGAN
    # A counter that has counted nothing is not served.
    text += name % ("", counted["tried"]) if counted["tried"] else ""
    return text + (name % ("_errors", counted["failed"]) if counted["failed"] else "")


def healthz():
    return ${isSick ? '"500 Internal Server Error", "unhealthy"' : '"200 OK", "ok"'}


def answer(client, page):
    client.settimeout(1)
    client.recv(4096)
    status, text = page()
    client.sendall(("HTTP/1.0 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (status, len(text), text)).encode())


def serve(address, read_only, each_round):
    """Answers the health check and the read-only port, and between two answers does a round."""
    with socket.create_server((address, 10248), backlog=16) as health, socket.create_server((read_only, 10255), backlog=16) as open_port:
        pages = {health: healthz, open_port: lambda: ("200 OK", metrics())}
        while True:
            for listener in select.select(list(pages), [], [], 0.2)[0]:
                try:
                    client = listener.accept()[0]
                    with client:
                        answer(client, pages[listener])
                except (TimeoutError, ConnectionError, socket.timeout):
                    pass
            each_round()

`;

const main = (version: string, isDead: boolean): string => `
def main():
    if "--version" in sys.argv:
        print("Kubernetes v${version}")
        return
${isDead ? '    sys.exit("Failed to run kubelet: it is the rehearsal\'s dead one")' : ""}
    options = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:])
    node["is_systemd"] = options.get("cgroup-driver") == "systemd"
    if "containerd.sock" in options.get("container-runtime-endpoint", ""):
        node["engine"] = "/run/containerd"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.makedirs(NOTES, exist_ok=True)
    try:
        make_top_level()
    except OSError as error:
        log("Failed to start ContainerManager failed to initialize top level QOS containers:", error.strerror)
        sys.exit(255)
    folder = options.get("pod-manifest-path", "/etc/kubernetes/manifests")
    if "kubeconfig" in options:
        speak_to_api(options)
    rounds = {"next": 0.0, "closer": 0.0}

    def each_round():
        now = time.monotonic()
        if now < rounds["next"]:
            return
        rounds["next"] = now + 0.2
        look_closer = now >= rounds["closer"]
        if look_closer:
            rounds["closer"] = now + 2
        sync(folder, look_closer)

    serve(options.get("healthz-bind-address", "127.0.0.1"), options.get("address", "127.0.0.1"), each_round)


main()
`;
