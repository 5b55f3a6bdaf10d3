/** Pictures of the terminal: what a session becomes, and that the one that is shown is safe, small and readable. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { filmOf } from "../../docs/terminal/film.ts";
import { shownText } from "../../docs/terminal/screen.ts";
import { canType, typeInto } from "../../docs/terminal/session.ts";
import { svgOf } from "../../docs/terminal/svg.ts";

const size = { columns: 40, rows: 6 };
const skip = canType() ? false : "there is no script of util-linux";
const titles = { ...size, title: "A title", description: "What is seen" };

t.test("a session keeps aliases and exit codes, and its programs see a terminal", { skip }, async (t) => {
  const ran = await typeInto(["alias hey='echo hey'", "hey; false", "echo $?", "test -t 1 && stty size"], {
    ...size,
    cwd: "/",
    env: process.env,
    timeoutMs: 60_000,
  });
  t.strictSame(
    await Promise.all(ran.map(async ({ status, chunks }) => [status, await shownText(chunks, 40)])),
    [
      [0, ""],
      [1, "hey"],
      [0, "1"],
      [0, "6 40"],
    ],
  );
});

t.test("a command that does not end is ended, and the rest is not begun", { skip }, async (t) => {
  const ran = await typeInto(["echo so; sleep 60", "echo never"], {
    ...size,
    cwd: "/",
    env: process.env,
    timeoutMs: 1000,
  });
  t.equal(ran.length, 1);
  t.equal(ran[0]?.status, null);
  t.equal(await shownText(ran[0]?.chunks ?? [], 40), "so");
});

t.test("what a program wrote over is not shown", async (t) =>
  t.equal(
    await shownText([{ atMs: 0, text: "half\r\x1b[2Kwhole\r\n\x1b[31mred\x1b[0m\r\n" }], 40),
    "whole\nred",
  ),
);

const film = await filmOf(
  [
    {
      command: "watch",
      status: 0,
      tookMs: 60_000,
      chunks: [
        { atMs: 100, text: "⠋ working" },
        { atMs: 30_000, text: "\r⠙ working" },
        { atMs: 60_000, text: "\r\x1b[32m✔\x1b[0m <b>done</b> & gone\r\n" },
      ],
    },
  ],
  { ...size, longestWaitMs: 250, workMs: 10_000, readMs: [2000] },
);

t.test("a film types the command, cuts waits short, and shows no wheel that turns", async (t) => {
  const pictures = film.map(({ lines, ms }) => ({
    ms,
    text: lines.map((line) => line.map(({ text }) => text).join(" ")).filter(Boolean),
  }));
  t.strictSame(
    pictures.slice(0, 3).map(({ text }) => text),
    [["$"], ["$ watc"], ["$ watch"]],
  );
  const waits = pictures.filter(({ text }) => text.some((line) => line.includes("working")));
  t.strictSame(
    waits.map(({ ms }) => ms),
    [250],
  );
  t.match(pictures.at(-1)?.text.join("|"), /^\$ watch\|✔ <b>done<\/b> & gone\|\$$/);
});

t.test("a film of a busy machine is no longer than another", async (t) => {
  const chunks = Array.from({ length: 100 }, (_, i) => ({ atMs: (i + 1) * 1000, text: `${i}\r\n` }));
  const pictures = await filmOf([{ command: "", status: 0, tookMs: 100_000, chunks }], {
    ...size,
    longestWaitMs: 200,
    workMs: 5000,
    readMs: [2000],
  });
  t.equal(Math.round(pictures.reduce((sum, { ms }) => sum + ms, 0)), 600 + 5000 + 2000 + 2000);
});

t.test("what is recorded is text in the picture, and nothing else", async (t) => {
  const svg = svgOf(film, titles);
  t.match(svg, "&lt;b&gt;done&lt;/b&gt; &amp; gone");
  t.notMatch(svg, "<b>");
  t.equal(svg.match(/<g transform=/g)?.length, film.length);
});

const file = join(import.meta.dirname, "../../docs/pictures/terminal.svg");
const shown = readFileSync(file, "utf8");

t.test("docs/pictures/terminal.svg is well-formed and small", async (t) => {
  const parse = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
  t.match(spawnSync("python3", ["-c", parse, file], { encoding: "utf8" }), { status: 0, stderr: "" });
  t.ok(shown.length < 200_000, `${shown.length} letters`);
});

t.test("it runs and loads nothing, and each line that it uses is drawn", async (t) => {
  t.notMatch(shown, /<script|<foreignObject|<image|<!ENTITY|url\(|@import|\son[a-z]+=/i);
  t.strictSame(
    [...shown.matchAll(/(?:href|src)="([^#][^"]*)"/g)].map(([all]) => all),
    [],
  );
  const drawn = new Set([...shown.matchAll(/<g id="(\w+)">/g)].map(([, name]) => name));
  const used = new Set([...shown.matchAll(/<use href="#(\w+)"/g)].map(([, name]) => name));
  t.strictSame([...used].sort(), [...drawn].sort());
  t.ok(used.size > 50);
});

t.test("it tells nothing of the machine that it was made on", async (t) => {
  const texts = [...shown.matchAll(/<(?:text|title|desc)[^>]*>([^<]*)</g)].map(([, text]) => text).join("\n");
  t.notMatch(texts, /\/(?:root|home|tmp|work|usr|var)\b|\b\d+\.\d+\.\d+\.\d+\b|\w@\w|KMEND_/);
});

t.test("it shows a scan, a run that ends well, and its rollback", async (t) => {
  for (const text of ["leaking, switched on by kubelet", "✔", "Remove kubepods", "rolled back: [app-1]"])
    t.match(shown, text);
  t.notMatch(shown, "✖");
});

t.test(
  "it has a title, words for who cannot see it, ends by itself, and stands still for who asks",
  async (t) => {
    t.match(
      shown,
      /role="img" aria-labelledby="t d">\n<title id="t">\w.*<\/title>\n<desc id="d">\w.*<\/desc>/,
    );
    t.match(shown, /@media \(prefers-reduced-motion:reduce\)\{\.film\{animation:none;/);
    const seconds = Number(/animation:film ([\d.]+)s step-end 3 forwards/.exec(shown)?.[1]);
    t.ok(seconds > 15 && seconds <= 35, `${seconds} s`);
  },
);

t.test("its last picture is there alone, for pages whose reader wants nothing to move", async (t) => {
  const still = readFileSync(file.replace(".svg", "-still.svg"), "utf8");
  t.notMatch(still, /animation|@keyframes/);
  const texts = (svg: string): readonly string[] =>
    [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = ""]) => text);
  const last = shown.slice(shown.lastIndexOf("<g transform="));
  const names = [...last.matchAll(/href="#(\w+)"/g)].map(([, name = ""]) => name);
  const drawn = names.map((name) => new RegExp(`<g id="${name}">(.*?)</g>`).exec(shown)?.[1] ?? "");
  t.strictSame([...new Set(texts(still))].sort(), [...new Set(texts(drawn.join("")))].sort());
  t.ok(texts(still).includes("rolled back: [app-1]"));
});

t.test("its colours can be read in both schemes", async (t) => {
  const [light = "", dark = ""] = shown.split("@media (prefers-color-scheme:dark)");
  for (const [scheme, rules] of Object.entries({ light, dark: dark.split("@media")[0] ?? "" })) {
    const back = /\.back\{fill:(#[0-9a-f]{6})/.exec(rules)?.[1] ?? "";
    const fills = [...rules.matchAll(/(text|\.m|\.c\d+)\{(?:[^}]*;)?fill:(#[0-9a-f]{6})/g)];
    t.ok(fills.length >= 8);
    for (const [, name, fill = ""] of fills)
      t.ok(contrast(fill, back) >= 4.5, `${scheme} ${name}: ${contrast(fill, back).toFixed(1)}`);
  }
});

/** By WCAG 2: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
