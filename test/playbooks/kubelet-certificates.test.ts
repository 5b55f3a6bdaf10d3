/**
 * The certificates playbook on a real host, with real certificates that openssl makes here.
 *
 * The host's kubelet is a stand-in: it reads no certificate and asks for none. So what is shown is what the playbook reads, changes,
 * proves and takes back; where kubelet would have rotated, or refused to start, the test plays that part and says so.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend, startKmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const hasOpenssl = (): boolean => {
  try {
    return execFileSync("openssl", ["version"]).length > 0;
  } catch {
    return false;
  }
};
const missing = whatIsMissing() ?? (hasOpenssl() ? false : "openssl makes the certificates, and is not here");

const pki = "/var/lib/kubelet/pki";
const config = "/var/lib/kubelet/config.yaml";
const kubeconfig = "/etc/kubernetes/kubelet.conf";
const settings =
  "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nrotateCertificates: false\n";

t.test("kubelet's certificates on one node", { skip: missing, timeout: 280_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const authority = makeAuthority();
  t.teardown(() => rmSync(authority.folder, { recursive: true }));
  const on = async (script: string): Promise<string> => {
    const end = await execOnNode({ state, name }, "app-1", script);
    if (end.code !== 0) throw new Error(`${script}: ${end.stderr}`);
    return end.stdout.trim();
  };
  const how = { cwd: process.cwd(), env: { KMEND_STATE: state } };
  const command = (...words: string[]): string[] => [
    "run",
    "-i",
    inventory,
    "playbooks/kubelet-certificates.yml",
    ...words,
  ];
  const run = (...set: string[]) => kmend(command(...set.flatMap((each) => ["-e", each])), how);
  const detect = () => kmend(command("--tags", "detect"), how);
  const put = (path: string, text: string) =>
    on(
      `mkdir -p $(dirname ${path}) && echo ${Buffer.from(text).toString("base64")} | base64 -d >${path} && chmod 600 ${path}`,
    );
  const looks = () =>
    on(
      `cd ${pki}; sha256sum ${config} ${kubeconfig} *; stat -c '%N %a' * ${config} ${kubeconfig}; systemctl is-active kubelet`,
    );

  /** A node as kubeadm leaves it, but for what is said. */
  const equip = async ({
    client = { days: 200, life: 365 },
    serving = { days: 200, life: 365 },
    isEmbedded = false,
    flags = `--config=${config} --kubeconfig=${kubeconfig}`,
    text = settings,
  } = {}) => {
    const current = authority.issue("system:node:app-1", client);
    await on(`rm -rf ${pki} && mkdir -p ${pki}`);
    await put(`${pki}/kubelet-client-2026.pem`, current.pem);
    await on(`ln -s ${pki}/kubelet-client-2026.pem ${pki}/kubelet-client-current.pem`);
    const own = authority.issue("app-1", serving);
    await put(`${pki}/kubelet.crt`, own.certificate);
    await put(`${pki}/kubelet.key`, own.key);
    await put(config, text);
    const base64 = (what: string): string => Buffer.from(what).toString("base64");
    const file = `${pki}/kubelet-client-current.pem`;
    await put(
      kubeconfig,
      `apiVersion: v1
kind: Config
users:
- name: default-auth
  user:
    client-certificate${isEmbedded ? `-data: ${base64(current.certificate)}` : `: ${file}`}
    client-key${isEmbedded ? `-data: ${base64(current.key)}` : `: ${file}`}
`,
    );
    await on(
      `. /etc/sysconfig/kubelet; set -- $KUBELET_EXTRA_ARGS; echo "KUBELET_EXTRA_ARGS=\\"$1 $2 $3 ${flags}\\"" >/etc/sysconfig/kubelet; systemctl restart kubelet`,
    );
    return current;
  };
  const given = (fileName: string, subject: string, days: number): { path: string; key: string } => {
    const path = join(authority.folder, fileName);
    const { pem, key } = authority.issue(subject, { days, life: 365 });
    writeFileSync(path, pem, { mode: 0o600 });
    return { path, key };
  };

  t.test("rotation off is found, read by the controller's openssl where the node has none", async (t) => {
    await equip();
    const before = await looks();
    const end = await detect();
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.match(
      end.stdout,
      /rotation-off: the client certificate \(\/var\/lib\/kubelet\/pki\/kubelet-client-current\.pem\) ends 20\d\d-\d\d-\d\d [\d:]+ UTC, (199|200) days from now, and is not rotated/,
    );
    t.match(end.stdout, /Read what it says, on the node.*\nskipping: \[app-1\]/);
    t.equal(await looks(), before);
  });

  t.test("and by the node's own where it has one", async (t) => {
    await equip();
    cpSync("/usr/bin/openssl", join(state, "lab", name, "nodes", "app-1", "root", "usr", "bin", "openssl"));
    t.teardown(() => on("rm /usr/bin/openssl"));
    const end = await detect();
    t.match(end.stdout, /"rotation-off: the client certificate/);
    t.match(end.stdout, /Read what it says, on the controller.*\nskipping: \[app-1\]/);
  });

  t.test("rotation is turned on, and taken back to the letter", async (t) => {
    await equip();
    const before = await looks();
    const end = await run();
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.match(await on(`cat ${config}`), /^rotateCertificates: true$/m);
    t.match(end.stdout, /"ok: the client certificate/);
    t.equal((await kmend(["rollback", "last"], how)).code, 0);
    t.equal(await looks(), before);
    await run();
    const mended = await on("systemctl show -p MainPID kubelet");
    t.notMatch((await run()).stdout, "Turn rotation on", "a second run has nothing to do");
    t.equal(await on("systemctl show -p MainPID kubelet"), mended);
  });

  t.test("a plan changes nothing, and says each change with its way back", async (t) => {
    await equip({ client: { days: 9, life: 365 }, isEmbedded: true });
    const before = await looks();
    const { path } = given("app-1.pem", "system:node:app-1", 300);
    const plan = (...set: string[]) =>
      kmend(["plan", ...command(...set.flatMap((each) => ["-e", each])).slice(1)], how);
    const rotation = await plan();
    t.equal(rotation.code, 0, rotation.stdout + rotation.stderr);
    t.match(rotation.stdout, /\+rotateCertificates: true/);
    const replacement = await plan(
      "kubelet_certificates_remedy=replace",
      `kubelet_certificates_client_pem=${path}`,
    );
    t.equal(replacement.code, 0, replacement.stdout + replacement.stderr);
    t.match(replacement.stdout, "Make it the current client certificate");
    t.equal(await looks(), before);
  });

  t.test("a flag that beats the file, or no file, is refused, untouched", async (t) => {
    await equip({ flags: `--rotate-certificates=false --config=${config} --kubeconfig=${kubeconfig}` });
    const before = await looks();
    t.match((await run()).stdout, /with --rotate-certificates=false, which beats the file/);
    t.equal(await looks(), before);
    await equip({ flags: `--kubeconfig=${kubeconfig}` });
    t.match((await run()).stdout, /kubelet was started without --config/);
    await equip({ flags: `--rotate-certificates --kubeconfig ${kubeconfig}` });
    t.match((await detect()).stdout, /"ok: /, "a flag without a value turns it on, and no file is needed");
    await equip({
      text: settings.replace("false", "true"),
      flags: `--config ${config} --kubeconfig ${kubeconfig}`,
    });
    t.match((await detect()).stdout, /"ok: /, "and so does the file");
  });

  t.test("rotation that brings no new certificate in time is taken back", async (t) => {
    await equip({ client: { days: 9, life: 365 } });
    const before = await looks();
    const end = await run("kubelet_certificates_wait_seconds=4");
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, /"expiring: .*Wait for the new client certificate.*rolled back: \[app-1\]/s);
    t.equal(await looks(), before);
  });

  t.test("a certificate that kubelet (the test, here) rotates meanwhile is waited for", async (t) => {
    await equip({ client: { days: 9, life: 365 } });
    const next = authority.issue("system:node:app-1", { days: 364, life: 365 });
    const started = startKmend(command(), how);
    for (let tries = 0; tries < 60; tries += 1)
      if (/^rotateCertificates: true$/m.test(await on(`cat ${config}; sleep 0.3`))) break;
    await put(`${pki}/kubelet-client-2027.pem`, next.pem);
    await on(`ln -sfn ${pki}/kubelet-client-2027.pem ${pki}/kubelet-client-current.pem`);
    const end = await started.ended;
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.match(end.stdout, /"ok: .*36[34] days from now, and is rotated/);
  });

  t.test("a certificate that ended is beyond rotation: refused, untouched", async (t) => {
    await equip({ client: { days: -2, life: 365 } });
    const before = await looks();
    const end = await run();
    t.equal(end.code, 2);
    t.match(end.stdout, /Rotation of the client certificate does not mend this: expired: .*2 days ago/);
    t.equal(await looks(), before);
  });

  t.test("it is replaced by a given one, whose key the journal never sees, and taken back", async (t) => {
    await equip({ client: { days: -2, life: 365 } });
    const before = await looks();
    const { path, key } = given("app-1.pem", "system:node:app-1", 300);
    const end = await run("kubelet_certificates_remedy=replace", `kubelet_certificates_client_pem=${path}`);
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.equal(await on(`cat ${pki}/kubelet-client-current.pem`), readFileSync(path, "utf8").trim());
    t.match(end.stdout, /rotation-off: the client certificate .*(299|300) days from now/);
    const publicLine = readFileSync(path, "utf8").split("\n")[2] ?? "no certificate";
    t.ok(holds(join(state, "runs"), publicLine), "the journal has the certificate");
    t.notOk(holds(join(state, "runs"), key.split("\n")[1] ?? "no key"), "and not the secret line of its key");
    t.equal((await kmend(["rollback", "last"], how)).code, 0);
    t.equal(await looks(), before);
  });

  t.test(
    "a kubeconfig that holds the certificate itself is pointed at the file, and taken back",
    async (t) => {
      const { key } = await equip({ client: { days: 9, life: 365 }, isEmbedded: true });
      const before = await looks();
      const { path } = given("app-1.pem", "system:node:app-1", 300);
      t.match((await detect()).stdout, /kubelet\.conf holds the client certificate itself/);
      const end = await run("kubelet_certificates_remedy=replace", `kubelet_certificates_client_pem=${path}`);
      t.equal(end.code, 0, end.stdout + end.stderr);
      t.match(await on(`cat ${kubeconfig}`), `    client-key: ${pki}/kubelet-client-current.pem`);
      t.notMatch(await on(`cat ${kubeconfig}`), "-data");
      t.notOk(
        holds(join(state, "runs"), Buffer.from(key).toString("base64").slice(0, 60)),
        "its key is told to nobody",
      );
      t.equal((await kmend(["rollback", "last"], how)).code, 0);
      t.equal(await looks(), before);
    },
  );

  t.test("a kubelet that does not start with the new certificate gets the old one back", async (t) => {
    await equip({ client: { days: 9, life: 365 } });
    // The stand-in would start with any: this unit refuses in its place.
    await put(
      "/etc/systemd/system/kubelet.service.d/picky.conf",
      `[Service]\nExecStartPre=/bin/sh -c "! readlink ${pki}/kubelet-client-current.pem | grep kmend"\n`,
    );
    await on("systemctl daemon-reload");
    const before = await looks();
    const { path } = given("app-1.pem", "system:node:app-1", 300);
    const end = await run("kubelet_certificates_remedy=replace", `kubelet_certificates_client_pem=${path}`);
    t.equal(end.code, 2);
    t.match(end.stdout, "rolled back: [app-1]");
    await on("rm -r /etc/systemd/system/kubelet.service.d; systemctl daemon-reload");
    t.equal(await looks(), before);
  });

  t.test("a given certificate that would not do is refused, untouched", async (t) => {
    await equip({ client: { days: 9, life: 365 } });
    const before = await looks();
    const replace = (path: string) =>
      run("kubelet_certificates_remedy=replace", `kubelet_certificates_client_pem=${path}`);
    const another = given("another.pem", "system:node:app-2", 300);
    t.match((await replace(another.path)).stdout, /another\.pem does not do for .*app-1.*it is of .*app-2/);
    t.match(
      (await replace(given("older.pem", "system:node:app-1", 5).path)).stdout,
      /older\.pem does not do for/,
    );
    const mixed = join(authority.folder, "mixed.pem");
    const { certificate } = authority.issue("system:node:app-1", { days: 300, life: 365 });
    writeFileSync(mixed, certificate + another.key);
    t.match(
      (await replace(mixed)).stdout,
      /mixed\.pem \(the client certificate\) is not .*a certificate and its key/,
    );
    t.equal(await looks(), before);
  });

  t.test("a serving certificate near its end is replaced, and taken back", async (t) => {
    await equip({ serving: { days: 9, life: 365 }, text: settings.replace("false", "true") });
    const before = await looks();
    t.match((await run()).stdout, /does not mend this: expiring: .*serving certificate is another one/);
    const { path } = given("serving.pem", "app-1", 300);
    const end = await run("kubelet_certificates_remedy=replace", `kubelet_certificates_serving_pem=${path}`);
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.match(end.stdout, /"ok: .*serving certificate .*(299|300) days from now/);
    t.equal((await kmend(["rollback", "last"], how)).code, 0);
    t.equal(await looks(), before);
  });

  t.test("what cannot be read is unknown, with its reason", async (t) => {
    await equip({ flags: `--config=${config}` });
    t.match((await detect()).stdout, /"unknown: .*was started without --kubeconfig/);
    await equip();
    await on(`rm ${pki}/kubelet.crt`);
    t.match(
      (await detect()).stdout,
      /"unknown: .*the serving certificate, \/var\/lib\/kubelet\/pki\/kubelet\.crt, is not there/,
    );
    await equip();
    await on(`echo nonsense >${pki}/kubelet-client-2026.pem`);
    t.match((await detect()).stdout, /"unknown: .*openssl cannot read the client certificate/);
    await on("systemctl stop kubelet");
    t.match((await detect()).stdout, /"unknown: .*kubelet does not run/);
  });
});

interface Issued {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;
}

/** An authority that signs for any dates: `days` from now to the end, of a life of `life` days. */
function makeAuthority() {
  const folder = mkdtempSync(join(tmpdir(), "kmend-authority-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  mkdirSync(join(folder, "issued"));
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(
    join(folder, "ca.cnf"),
    `[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = issued
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
`,
  );
  const makeKey = (file: string) => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    file,
  ];
  openssl("req", "-x509", ...makeKey("ca.key"), "-subj", "/CN=kubernetes", "-days", "3650", "-out", "ca.crt");
  const time = (days: number): string =>
    `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`;
  const issue = (name: string, { days, life }: { days: number; life: number }): Issued => {
    openssl("req", "-new", ...makeKey("one.key"), "-subj", `/O=system:nodes/CN=${name}`, "-out", "one.csr");
    const dates = ["-startdate", time(days - life), "-enddate", time(days)];
    const signer = ["-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key"];
    openssl("ca", "-batch", "-notext", ...signer, ...dates, "-in", "one.csr", "-out", "one.crt");
    const [certificate, key] = ["one.crt", "one.key"].map((file) => readFileSync(join(folder, file), "utf8"));
    return { certificate: certificate ?? "", key: key ?? "", pem: `${certificate}${key}` };
  };
  return { folder, issue };
}

/** Whether a text is in any file below a folder. */
function holds(folder: string, text: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").includes(text));
}
