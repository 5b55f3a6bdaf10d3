/**
 * The part of the kubelet stand-in that speaks to an API server: with `--kubeconfig` it registers its node, renews its lease, reports
 * its state, and runs the pods that are bound to it. It has a thread of its own, so that an API that hangs hinders no health check.
 */

/** Text of the program; it knows the rest of it by `node`, `note_of`, `log`, `is_whole`. `version` is what it says that it is. */
export const kubeletNode = (version: string): string => `

# The pods that the API has bound to this node, by uid: those to run, and those that are to be no more.
# None as long as a kubeconfig is given and the API has not answered: nobody then knows which pods are wanted.
bound = {"run": {}, "end": set()}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Api:
    """One connection to the API server, opened anew when it was lost."""

    def __init__(self, kubeconfig):
        import base64, http.client, re, ssl
        with open(kubeconfig) as file:
            text = file.read()
        def entry(name):
            found = re.search(r"^ *%s: (\\S+)" % name, text, re.M)
            if not found:
                raise ValueError("it has no " + name)
            return found.group(1)
        self.address = entry("server").split("//")[1]
        self.token = entry("token")
        self.tls = ssl.create_default_context(cadata=base64.b64decode(entry("certificate-authority-data")).decode())
        self.http = http.client
        self.connection = None

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer's status, and what it holds. OSError where there is no answer."""
        try:
            if self.connection is None:
                self.connection = self.http.HTTPSConnection(self.address, timeout=5, context=self.tls)
            headers = {"Authorization": "Bearer " + self.token, "Content-Type": kind, "Accept": "application/json"}
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, self.http.HTTPException) as error:
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            raise OSError(errno.EIO, "the API server does not answer: %s" % error)

    def must(self, method, path, body=None, kind="application/json"):
        status, answer = self.ask(method, path, body, kind)
        if status >= 300:
            raise OSError(errno.EIO, "%s %s: %s" % (method, path, answer.get("message", status)))
        return answer

    def patch(self, path, body):
        return self.must("PATCH", path, body, "application/strategic-merge-patch+json")


class Agent:
    def __init__(self, options):
        self.api = Api(options["kubeconfig"])
        self.name = options.get("hostname-override") or socket.gethostname()
        self.address = options.get("address", "127.0.0.1")
        labels = dict(word.partition("=")[::2] for word in options.get("node-labels", "").split(",") if word)
        self.labels = {"kubernetes.io/hostname": self.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", **labels}
        self.path = "/api/v1/nodes/" + self.name
        self.is_registered = False
        self.due = {"lease": 0.0, "status": 0.0}
        self.engine = {"settled": None, "version": ""}
        self.uid = None
        self.mirrors = {}

    def run(self):
        said = None
        while True:
            try:
                self.round()
                said = None
            except OSError as error:
                if error.strerror != said:
                    log(error.strerror)
                said = error.strerror
            time.sleep(0.5)

    def round(self):
        if not self.is_registered:
            self.register()
        for what, every, act in (("lease", 2, self.renew), ("status", 5, self.report)):
            if time.monotonic() >= self.due[what]:
                act()
                self.due[what] = time.monotonic() + every
        if self.is_runtime_up() != self.was_up:
            self.report()
        self.see_pods()
        self.show_manifests()

    def register(self):
        node = {"kind": "Node", "apiVersion": "v1", "metadata": {"name": self.name, "labels": self.labels}, "status": self.status({})}
        status, answer = self.api.ask("POST", "/api/v1/nodes", node)
        # One that is there from before keeps the labels that somebody gave it.
        if status >= 300 and status != 409:
            raise OSError(errno.EIO, "Unable to register node %s with API server: %s" % (self.name, answer.get("message", status)))
        self.is_registered = True

    def renew(self):
        path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        spec = {"holderIdentity": self.name, "leaseDurationSeconds": 40, "renewTime": now()[:-1] + ".000000Z"}
        lease = {"kind": "Lease", "apiVersion": "coordination.k8s.io/v1", "metadata": {"name": self.name, "namespace": "kube-node-lease"}, "spec": spec}
        status, answer = self.api.ask("PATCH", path + "/" + self.name, {"spec": spec}, "application/merge-patch+json")
        if status == 404:
            self.api.must("POST", path, lease)
        elif status >= 300:
            raise OSError(errno.EIO, "failed to update node lease: %s" % answer.get("message", status))

    def report(self):
        known = self.api.must("GET", self.path)
        self.uid = known["metadata"]["uid"]
        self.api.patch(self.path + "/status", {"status": self.status({c["type"]: c for c in known["status"].get("conditions", [])})})

    def is_runtime_up(self):
        return os.path.exists(node["engine"] + "/default-runtime")

    def status(self, before):
        """As it is now; \`before\` are the conditions that the API has, by type: their last transition is kept."""
        self.was_up = self.is_runtime_up()
        ready = ("True", "KubeletReady", "kubelet is posting ready status")
        conditions = {
            "MemoryPressure": ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            "PIDPressure": ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            "Ready": ready if self.was_up else ("False", "KubeletNotReady", "container runtime is down"),
        }
        room = {"cpu": str(os.cpu_count()), "memory": "%dKi" % (ALLOCATABLE >> 10), "pods": "110"}
        return {
            "capacity": room,
            "allocatable": room,
            "addresses": [{"type": "InternalIP", "address": self.address}, {"type": "Hostname", "address": self.name}],
            "conditions": [self.condition(before.get(kind, {}), kind, *values) for kind, values in conditions.items()],
            "nodeInfo": self.info(),
        }

    def condition(self, before, kind, status, reason, message):
        since = before.get("lastTransitionTime") if before.get("status") == status else None
        return {
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastHeartbeatTime": now(), "lastTransitionTime": since or now(),
        }

    def info(self):
        def read(path):
            with open(path) as file:
                return file.read().strip()
        system = [line.partition("=")[2].strip('"') for line in read("/etc/os-release").split("\\n") if line.startswith("PRETTY_NAME=")]
        return {
            "kubeletVersion": "v${version}", "kubeProxyVersion": "v${version}", "operatingSystem": "linux", "architecture": "amd64",
            "machineID": read("/etc/machine-id"), "systemUUID": read("/etc/machine-id"), "bootID": read("/proc/sys/kernel/random/boot_id"),
            "kernelVersion": read("/proc/sys/kernel/osrelease"), "osImage": "".join(system), "containerRuntimeVersion": self.engine_version(),
        }

    def engine_version(self):
        """Asked again where the engine was started again."""
        try:
            settled = os.stat(node["engine"] + "/default-runtime").st_mtime
        except FileNotFoundError:
            return self.engine["version"]
        if settled != self.engine["settled"]:
            name = os.path.basename(node["engine"])
            said = subprocess.run(["dockerd" if name == "docker" else name, "--version"], capture_output=True, text=True).stdout
            self.engine = {"settled": settled, "version": "%s://%s" % (name, said.split(",")[0].split()[2])}
        return self.engine["version"]

    def see_pods(self):
        pods = self.api.must("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3D" + self.name)["items"]
        self.mirrors = {shown_by(pod): pod for pod in pods if shown_by(pod)}
        pods = [pod for pod in pods if not shown_by(pod)]
        ending = [pod for pod in pods if is_over(pod)]
        bound.update(
            run={pod["metadata"]["uid"]: pod for pod in pods if not is_over(pod)},
            end={pod["metadata"]["uid"] for pod in pods if "deletionTimestamp" in pod["metadata"]},
        )
        for pod in [*pods, *self.mirrors.values()]:
            if pod in ending:
                if not os.path.isdir(note_of(uid_here(pod))):
                    self.take_out(pod)
            elif self.has_changed(pod):
                self.api.patch(path_of(pod) + "/status", {"metadata": {"uid": pod["metadata"]["uid"]}, "status": self.pod_status(pod)})

    def take_out(self, pod):
        """Of the API, at once: nothing of it runs any more."""
        how = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        self.api.ask("DELETE", path_of(pod), how)

    def show_manifests(self):
        """The pods of the manifests are shown in the API, as mirror pods: there they are to be looked at. Deleted, they are shown again."""
        if self.uid is None or not seen["changed"]:
            return
        wanted = seen["pods"]
        for uid, pod in self.mirrors.items():
            if uid not in wanted or "deletionTimestamp" in pod["metadata"]:
                self.take_out(pod)
        for uid in wanted.keys() - self.mirrors.keys():
            meta, spec = wanted[uid]["metadata"], wanted[uid]["spec"]
            mirror = {
                "kind": "Pod", "apiVersion": "v1",
                "metadata": {
                    "name": "%s-%s" % (meta["name"], self.name), "namespace": meta.get("namespace", "default"), "labels": meta.get("labels", {}),
                    "annotations": {MIRROR: uid, "kubernetes.io/config.hash": uid, "kubernetes.io/config.source": "file"},
                    "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": self.name, "uid": self.uid, "controller": True}],
                },
                "spec": {**spec, "nodeName": self.name, "tolerations": [{"operator": "Exists", "effect": "NoExecute"}]},
            }
            self.api.must("POST", "/api/v1/namespaces/%s/pods" % mirror["metadata"]["namespace"], mirror)

    def is_pod_running(self, pod):
        return os.path.exists(note_of(uid_here(pod)) + "/running")

    def has_changed(self, pod):
        known = [c["status"] for c in pod["status"].get("conditions", []) if c["type"] == "Ready"]
        is_known_as_running = pod["status"].get("phase") == "Running"
        is_running = self.is_pod_running(pod)
        return is_running != (known == ["True"]) and (is_running or is_known_as_running)

    def pod_status(self, pod):
        """There is no network of pods: each has its host's address."""
        try:
            with open(note_of(uid_here(pod)) + "/containers") as file:
                ids = json.load(file)["containers"][1:]
        except FileNotFoundError:
            ids = []  # it lost a container, and is not made again yet
        is_ready = self.is_pod_running(pod)
        before = {c["type"]: c for c in pod["status"].get("conditions", [])}
        since = pod["status"].get("startTime", now())
        engine = os.path.basename(node["engine"])
        wanted = {"Initialized": True, "ContainersReady": is_ready, "Ready": is_ready, "PodScheduled": True}
        conditions = []
        for kind, holds in wanted.items():
            condition = self.condition(before.get(kind, {}), kind, str(holds), "" if holds else "ContainersNotReady", "")
            del condition["lastHeartbeatTime"]
            conditions.append(condition)
        return {
            "phase": "Running", "hostIP": self.address, "podIP": self.address, "podIPs": [{"ip": self.address}], "startTime": since,
            "conditions": conditions,
            "containerStatuses": [
                {
                    "name": container["name"], "image": container["image"], "imageID": "", "containerID": "%s://%s" % (engine, cid),
                    "ready": is_ready, "started": is_ready, "restartCount": 0, "state": {"running": {"startedAt": since}},
                }
                for container, cid in zip(pod["spec"]["containers"], ids)
            ],
        }


MIRROR = "kubernetes.io/config.mirror"


def path_of(pod):
    return "/api/v1/namespaces/%s/pods/%s" % (pod["metadata"]["namespace"], pod["metadata"]["name"])


def shown_by(pod):
    """The uid of the manifest whose pod this one shows; None for a pod of the API's own."""
    return (pod["metadata"].get("annotations") or {}).get(MIRROR)


def uid_here(pod):
    return shown_by(pod) or pod["metadata"]["uid"]


def is_over(pod):
    """Its time to end by itself is up: none of the stand-in's containers heeds a SIGTERM. One that is stuck never ends."""
    if (pod["metadata"].get("annotations") or {}).get("kmend.dev/stuck") == "true":
        return False
    return pod["metadata"].get("deletionTimestamp", "9") <= now()


def speak_to_api(options):
    """With a token and the authority in the kubeconfig, as the lab's cluster gives it. With another it is a node of no cluster."""
    try:
        agent = Agent(options)
    except (OSError, ValueError) as error:
        log("%s is not for this stand-in: %s" % (options["kubeconfig"], error))
        return
    bound.update(run=None, end=set())
    threading.Thread(target=agent.run, daemon=True).start()


def is_of_api(uid):
    return os.path.exists(note_of(uid) + "/of-api")
`;
