import t from "tap";
import { equalButMasked, hiddenAlike, lost, mark, namesSecret, newMask } from "../../src/mask/mask.ts";

t.test("a name says whether it is one of a secret", async (t) => {
  const secret = [
    ..."password db_password DB_PASSWORD dbPassword passwd root_passwd ansible_become_pass ansible_ssh_pass".split(
      " ",
    ),
    ..."secret client-secret kube_token api_key apiKey APP_API_KEY private_key tls_private_key passphrase".split(
      " ",
    ),
    ..."db_password_prod password2 credentials aws_access_key secret_key encryption_key tokens db_pwd".split(
      " ",
    ),
  ];
  const open = [
    ..."password_file ansible_ssh_private_key_file secret_name token_ttl password_policy passwords_enabled".split(
      " ",
    ),
    ..."PWD OLDPWD key keys pass_through bypass compass monkey author passenger name tokenizer become_user kube_token_path".split(
      " ",
    ),
  ];
  t.strictSame(
    secret.filter((name) => !namesSecret(name)),
    [],
  );
  t.strictSame(
    open.filter((name) => namesSecret(name)),
    [],
  );
});

t.test("a known text is masked in each form that programs write it in", async (t) => {
  const mask = newMask();
  const secret = `p4ss'wörd/"x"\\`;
  mask.know(secret);
  for (const text of [
    secret,
    JSON.stringify({ a: secret }),
    JSON.stringify(JSON.stringify([secret])),
    `echo 'p4ss'\\''wörd/"x"\\'`,
    encodeURIComponent(secret),
    "p4ss%27w%C3%B6rd/%22x%22%5C",
    Buffer.from(secret).toString("base64"),
    Buffer.from(`${secret}\n`).toString("base64"),
    `{"a": "p4ss'w\\u00f6rd/\\"x\\"\\\\"}`,
  ])
    t.match(mask.text(`before ${text} after`), /^before .*\*{8}.* after$/, text);
  t.notMatch(mask.text(`${secret}${secret}`), /p4ss/);
});

t.test("of several lines each is a secret by itself, but for the armour of a key", async (t) => {
  const mask = newMask();
  mask.know("-----BEGIN KEY-----\nMIIEpAIBAAKC\nab\n-----END KEY-----\n");
  t.equal(mask.text("- MIIEpAIBAAKC\n- -----BEGIN KEY-----\n- ab"), `- ${mark}\n- -----BEGIN KEY-----\n- ab`);
});

t.test("what is short, or everybody's word, is let be", async (t) => {
  const mask = newMask();
  for (const word of ["abc", "", "true", "root", "changed", "   ab  "]) mask.know(word);
  t.equal(mask.text("abc true root changed ab"), "abc true root changed ab");
});

t.test("the longer of two secrets that begin alike is hidden whole", async (t) => {
  const mask = newMask();
  mask.know("hunter2");
  mask.know("hunter2-and-more");
  t.equal(mask.text("hunter2-and-more hunter2 hunter"), `${mark} ${mark} hunter`);
});

t.test("in JSON, what stands below a secret name is hidden, and wherever else it stands", async (t) => {
  const mask = newMask();
  const given = {
    login: { api_token: "abcdef", user: "me" },
    msg: "with abcdef",
    pin_code: 12,
    token: 123456,
    n: [1],
  };
  t.strictSame(mask.json(given), {
    login: { api_token: mark, user: "me" },
    msg: `with ${mark}`,
    pin_code: 12,
    token: mark,
    n: [1],
  });
  t.equal(mask.text("abcdef"), "abcdef", "a host's own words are no secret of the others");
  mask.know("content");
  mask.know("hunter2-key");
  t.strictSame(
    mask.json({ content: "content", "hunter2-key": 1 }),
    { content: mark, [mark]: 1 },
    "a field keeps its name",
  );
  const open = { msg: "nothing", list: [{ a: 1 }] };
  t.equal(mask.json(open), open, "the very same value where nothing is hidden");
});

t.test("a masked value equals whatever may have stood there", async (t) => {
  t.ok(equalButMasked({ a: `x=${mark}\n`, b: [1, mark] }, { a: "x=secret\n", b: [1, "any"] }));
  t.notOk(equalButMasked({ a: `x=${mark}\n` }, { a: "y=secret\n" }));
  t.notOk(equalButMasked({ a: `x=${mark}y` }, { a: "x=" }));
  t.notOk(equalButMasked({ a: mark }, { a: "1", b: 2 }));
  t.notOk(equalButMasked({ a: mark }, { b: "1" }));
  t.notOk(equalButMasked([mark], { 0: "x" }));
  t.ok(equalButMasked(`${mark}-${mark}`, "a-b"));
  t.notOk(equalButMasked(`${mark}-${mark}`, "ab"));
  t.strictSame(hiddenAlike({ a: `x=${mark}`, b: "open" }, { a: "y=new", b: "other", c: 1 }), {
    a: mark,
    b: "other",
    c: 1,
  });
});

t.test("lines that a new text no longer has may hold the old secret", async (t) => {
  t.strictSame(lost("a=1\n  password=old\nc\n", "a=1\npassword=new\nc\n"), ["password=old"]);
});

t.test("many secrets cost little", async (t) => {
  const mask = newMask();
  for (let n = 0; n < 5000; n += 1) mask.know(`secret-number-${n * 7919}-${n}`);
  const text = "a line of a host's output, as there are many of them\n".repeat(20_000);
  const began = process.cpuUsage();
  t.equal(mask.text(text), text);
  const tookMs = process.cpuUsage(began).user / 1000;
  t.ok(tookMs < 2000, `1 MB in ${Math.round(tookMs)} ms`);
  t.comment(`1 MB against 5000 secrets in ${Math.round(tookMs)} ms`);
});
