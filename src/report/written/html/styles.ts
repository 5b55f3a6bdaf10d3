import { markOrder, marks } from "./outcomes.ts";

/** The page's style. Colours are pairs of text and ground whose contrast is at least 4.5 to 1 (WCAG AA) in both schemes; no meaning is told by
 *  colour alone. */
export const styles = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#555c66;--line:#d5d9df;--tint:#f5f6f8;--link:#0b57a4;
--ok:#e1f3e5;--ok-ink:#14532d;--change:#ffeec2;--change-ink:#653f00;--bad:#fcdedd;--bad-ink:#8a1212;--lost:#f2def7;--lost-ink:#65197a;
--back:#dce8fb;--back-ink:#113d83;--warn:#fbe6d4;--warn-ink:#7a3405;--skip:transparent;--skip-ink:#5b626c;
--ok-bar:#3b9a57;--change-bar:#c98a00;--bad-bar:#cf2e2e;--lost-bar:#9a3fb4;--back-bar:#3a74c9;--warn-bar:#cf7a2e;--skip-bar:#9aa1ab}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e6e9ed;--soft:#a4acb7;--line:#343a43;--tint:#1d2127;--link:#86bdf7;
--ok:#15371f;--ok-ink:#a5e6b8;--change:#453308;--change-ink:#ffd97a;--bad:#511a1a;--bad-ink:#ffb9b5;--lost:#42194e;--lost-ink:#eab8f7;
--back:#152f58;--back-ink:#b3d1ff;--warn:#4a2a10;--warn-ink:#ffc796;--skip:transparent;--skip-ink:#98a0ab;
--ok-bar:#4fb86e;--change-bar:#e0a92c;--bad-bar:#ee5c58;--lost-bar:#c272da;--back-bar:#6b9ff0;--warn-bar:#e8985a;--skip-bar:#6f7783}}
*{box-sizing:border-box}
html{scroll-padding-top:5.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer,.find>form{max-width:76rem;margin:0 auto;padding:0 1rem}
a{color:var(--link)}
.skip-link{position:absolute;left:-99rem}.skip-link:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem;z-index:9}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
h1{font-size:1.6rem;line-height:1.25;margin:1.5rem 0 .5rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1rem;margin:1rem 0 .3rem}
code,pre,kbd,.mono{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.875em}
.verdict{font-size:1.1rem;font-weight:600;padding:.7rem 1rem;border-radius:.5rem;margin:.7rem 0;border-left:.4rem solid currentColor}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:1rem 0}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:.5rem 0}
.find{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--line);z-index:2}
.find>form{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end;padding-top:.5rem;padding-bottom:.5rem}
.find label{display:grid;font-size:.8rem;color:var(--soft)}
.find input,.find select,.find button{font:inherit;font-size:1rem;color:var(--ink);background:var(--paper);border:1px solid var(--skip-ink);border-radius:.3rem;padding:.25rem .5rem;min-height:2.2rem}
.find input{width:12rem;max-width:100%}
.find output{color:var(--soft);font-size:.9rem;padding:.3rem 0}
ul.items{list-style:none;padding:0;margin:0}
ul.items>li{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;margin:.5rem 0}
ul.items p{margin:.1rem 0}.on{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:baseline}
.task{font-weight:600}
.soft{color:var(--soft)}
.where{color:var(--soft);font-size:.85rem}
.badge{display:inline-block;border-radius:.3rem;padding:0 .45rem;font-size:.85rem;font-weight:600}
.run{display:block;background:var(--tint);border:1px solid var(--line);border-radius:.3rem;padding:.3rem .6rem;margin:.3rem 0 0;white-space:pre-wrap}
.says{white-space:pre-wrap}
summary{cursor:pointer}summary:hover{text-decoration:underline}
details>pre{background:var(--tint);border:1px solid var(--line);border-radius:.3rem;padding:.5rem;overflow-x:auto;margin:.4rem 0;max-height:40rem}
pre .p{background:var(--ok);color:var(--ok-ink)}pre .m{background:var(--bad);color:var(--bad-ink)}
.wide{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;overflow-wrap:break-word}
th,td{text-align:left;padding:.15rem .5rem;vertical-align:top}
th{font-weight:600}
.plain td,.plain th{border-bottom:1px solid var(--line)}.plain td{white-space:nowrap}.plain th[scope=row]{max-width:20rem}.plain td.number{text-align:right}
.map th[scope=col]{vertical-align:bottom;padding:0;height:14rem;font-weight:400;font-size:.8rem;border-left:1px solid var(--line)}
.map th[scope=col] span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:13.6rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:.2rem .1rem}
.map thead th.label{vertical-align:bottom}
.map th[scope=row]{font-weight:400;min-width:8rem;max-width:18rem;position:sticky;left:0;background:var(--paper);border-right:1px solid var(--line)}
.map td{padding:0;text-align:center;width:1.45rem;min-width:1.45rem;height:1.45rem;line-height:1.4rem;border:1px solid var(--paper);font-size:.8rem;font-weight:600;vertical-align:middle}
.map td.end{width:auto;padding:0 .4rem;text-align:left;white-space:nowrap}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.4rem 0;list-style:none;font-size:.85rem}
.key b{display:inline-block;min-width:1.45rem;text-align:center;border-radius:.2rem;margin-right:.3rem}
${["ok", "change", "bad", "lost", "back", "warn", "skip"]
  .map(
    (tone) =>
      `.${tone}{background:var(--${tone});color:var(--${tone}-ink)}path.${tone},line.${tone}{background:none;stroke:var(--${tone}-bar)}rect.${tone}{background:none;fill:var(--${tone}-bar)}`,
  )
  .join("\n")}
${[...markOrder]
  .reverse()
  .map(
    (mark) =>
      `.map ${mark === "o" ? "td" : `td.${mark}`}{background:var(--${marks[mark].tone});color:var(--${marks[mark].tone}-ink)}`,
  )
  .join("")}
.map td.e{background:none}
${["ok", "change", "bad", "lost", "back", "warn"].map((tone) => `.map td.end.${tone}{background:var(--${tone});color:var(--${tone}-ink)}`).join("")}
svg{display:block;overflow:visible}
svg text{fill:var(--ink);font:12px system-ui,sans-serif}
.time{width:100%;table-layout:fixed}.time th{font-weight:400;width:9rem}.axis{margin-left:9.5rem}.time td{padding:.2rem 0}
.time svg{width:100%;height:1rem}.time path{stroke-width:10;fill:none}.time .rail{stroke:var(--line);stroke-width:1}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.85rem}
.bars svg{width:100%;max-width:44rem;height:1.8rem}
.bars th{font-weight:400;width:6rem}.bars{width:100%}
.spark td{white-space:nowrap}.spark svg{width:10rem;height:1.6rem}.spark path{fill:none;stroke:var(--soft);stroke-width:1.5}
footer{color:var(--soft);font-size:.85rem;padding-top:2rem;padding-bottom:2rem}
[hidden]{display:none!important}
@media (max-width:46rem){.find{position:static}html{scroll-padding-top:0}}
@media (max-width:40rem){dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.4rem}.find input{width:100%}.find label{flex:1 1 40%}
.time th{width:6rem}.axis{margin-left:6.5rem;gap:.5rem}.axis span:nth-child(2){display:none}.plain{font-size:.9rem}.map th[scope=row]{min-width:5.5rem;max-width:8rem}}
@media print{@page{size:A4;margin:12mm}@page map{size:A4 landscape;margin:8mm}
:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--tint:#f7f7f7;--link:#000;--ok:#e1f3e5;--ok-ink:#14532d;--change:#ffeec2;--change-ink:#653f00;--bad:#fcdedd;--bad-ink:#8a1212;
--lost:#f2def7;--lost-ink:#65197a;--back:#dce8fb;--back-ink:#113d83;--warn:#fbe6d4;--warn-ink:#7a3405;--skip-ink:#555}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10pt}.find,nav,.skip-link{display:none}header,main,footer{max-width:none;padding:0}
#map{page:map}.wide{overflow:visible}.map th[scope=row]{position:static;min-width:0;max-width:30mm;font-size:7pt}.map td,.map th[scope=col]{width:3.1mm;min-width:0;height:3.1mm;line-height:1;font-size:5.5pt;padding:0}
.map th[scope=col]{height:38mm}.map th[scope=col] span{max-height:37mm;font-size:6pt;padding:0}.map td.end{font-size:6pt;padding:0 1mm}
ul.items>li,.time tr{break-inside:avoid}h2,h3{break-after:avoid}details>pre{max-height:none;white-space:pre-wrap}}
`;
