/**
 * A film as one SVG that moves by CSS alone: no script, no font and no picture from elsewhere, so that a page may show it as an image.
 * It is light or dark as the reader's system is, plays three times, and shows its last picture to who wants nothing to move.
 */

import type { Frame } from "./film.ts";
import type { Line, Span } from "./screen.ts";

export interface Titles {
  /** Read out in place of the picture. */
  readonly title: string;
  readonly description: string;
  readonly columns: number;
  readonly rows: number;
}

// A letter of a 14 px monospace font, about; each text is stretched to its cells, whatever font there is.
const cell = { width: 8.4, height: 18 };
const margin = 14;

/** The terminal's colours that are shown as something else than plain text, in each scheme: contrast 4.5:1 or more. */
const tones: Readonly<Record<number, readonly [light: string, dark: string]>> = {
  1: ["#b3261e", "#ff8a80"],
  2: ["#1a6b2f", "#7ddb92"],
  3: ["#7a5200", "#e8c170"],
  4: ["#1f4fb0", "#9ab8ff"],
  5: ["#8a2a8a", "#e7a3e7"],
  6: ["#0a6570", "#7cd5e0"],
  9: ["#b3261e", "#ff8a80"],
};

export function svgOf(frames: readonly Frame[], titles: Titles): string {
  const [width, height] = [
    Math.ceil(titles.columns * cell.width) + 2 * margin,
    titles.rows * cell.height + 2 * margin,
  ];
  const [names, used] = [new Map<string, string>(), [] as string[]];
  /** The name of a line's drawing, which is drawn once however often it is seen. */
  const nameOf = (line: Line): string => {
    const drawn = line.map(drawSpan).join("");
    const known = names.get(drawn);
    if (known !== undefined) return known;
    const name = `l${names.size.toString(36)}`;
    names.set(drawn, name);
    used.push(`<g id="${name}">${drawn}</g>`);
    return name;
  };
  const strip = frames.map(({ lines }, i) => {
    const rows = lines.flatMap((line, row) =>
      line.length === 0 ? [] : [`<use href="#${nameOf(line)}" y="${row * cell.height}"/>`],
    );
    return `<g transform="translate(0 ${i * height})">${rows.join("")}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(titles.title)}</title>
<desc id="d">${escaped(titles.description)}</desc>
<style>${style(frames, height)}</style>
<defs>${used.join("\n")}</defs>
<rect class="back" width="${width}" height="${height}" rx="8"/>
<svg x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${height - 2 * margin}"><g class="film">
${strip.join("\n")}
</g></svg>
</svg>
`;
}

function drawSpan({ column, text, tone, isBold, isDim }: Span): string {
  const classes = [
    ...(tone !== null && tones[tone] ? [`c${tone}`] : []),
    ...(isBold ? ["b"] : []),
    ...(isDim || tone === 8 ? ["m"] : []),
  ];
  const look = classes.length > 0 ? ` class="${classes.join(" ")}"` : "";
  const length = [...text].length * cell.width;
  return `<text x="${round(column * cell.width)}" y="14" textLength="${round(length)}"${look}>${escaped(text)}</text>`;
}

function style(frames: readonly Frame[], height: number): string {
  const wholeMs = frames.reduce((sum, { ms }) => sum + ms, 0);
  let atMs = 0;
  const keys = frames.map(({ ms }, i) => {
    const key = `${((100 * atMs) / wholeMs).toFixed(3)}%{transform:translateY(${-i * height}px)}`;
    atMs += ms;
    return key;
  });
  const last = -(frames.length - 1) * height;
  const motion = `.film{animation:film ${round(wholeMs / 1000)}s step-end 3 forwards}
@keyframes film{${keys.join("")}100%{transform:translateY(${last}px)}}
@media (prefers-reduced-motion:reduce){.film{animation:none;transform:translateY(${last}px)}}
`;
  const scheme = (which: 0 | 1): string =>
    Object.entries(tones)
      .map(([tone, colours]) => `.c${tone}{fill:${colours[which]}}`)
      .join("");
  return `
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#1f2328}
.b{font-weight:700}.m{fill:#59636e}.back{fill:#f6f8fa;stroke:#d1d9e0}${scheme(0)}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.m{fill:#9198a1}.back{fill:#0d1117;stroke:#3d444d}${scheme(1)}}
${frames.length > 1 ? motion : ""}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
