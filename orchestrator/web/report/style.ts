/** The report's style sheet: light and dark, wide and narrow, and paper. Colours are checked for 4.5:1 contrast. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;
--page:#f5f6f8;--card:#fff;--ink:#1b2430;--soft:#566173;--line:#dde2ea;--bad:#b3202a;--bad-soft:#fbe9ea;--good:#1d6b45;--good-soft:#e5f3ec;
--open:#8a5a00;--open-soft:#fbf1dd;--blue:#1f5f9e;--foreground:#fdf3dc;--background:#edf2fb;--locked:#e0e6f4;--doze:#d0d9ec;--bar:#1f2733;--bar-ink:#ffe9b8}
@media(prefers-color-scheme:dark){:root{
--page:#12161c;--card:#1a2028;--ink:#e6eaf0;--soft:#a3aebd;--line:#303946;--bad:#ff8a8f;--bad-soft:#3d1d21;--good:#7fd6a8;--good-soft:#16342a;
--open:#f0c060;--open-soft:#372b12;--blue:#86b8ee;--foreground:#3a3118;--background:#1d2634;--locked:#232f45;--doze:#2a3a5a;--bar:#ffe9b8;--bar-ink:#1f2733}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:1180px;margin:0 auto;padding:24px 32px 48px}
a{color:var(--blue)}
.notice{background:var(--bar);color:var(--bar-ink);font-weight:600;padding:10px 32px}
.notice>span{display:block;max-width:1116px;margin:0 auto}
header.top{display:flex;gap:32px;justify-content:space-between;align-items:flex-start;margin:8px 0 8px}
h1{font-size:30px;line-height:1.2;margin:8px 0 4px}
h1 small{font-size:16px;font-weight:400;color:var(--soft)}
h2{font-size:13px;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:32px 0 10px}
h3{font-size:15px;margin:0 0 8px}
p{margin:0 0 8px}
.lead{font-size:18px;line-height:1.5;max-width:46em;margin-top:10px}
.facts{font-size:13px;color:var(--soft);text-align:right;line-height:1.7;flex:none;max-width:300px}
.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.92em}
.soft{color:var(--soft)}
.verdict{display:inline-block;font-weight:700;letter-spacing:.04em;text-transform:uppercase;padding:3px 12px;border-radius:5px;border:1px solid currentColor}
.inconsistent{color:var(--bad);background:var(--bad-soft)}
.consistent{color:var(--good);background:var(--good-soft)}
.inconclusive{color:var(--open);background:var(--open-soft)}
.chips{display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:0;list-style:none}
.chips li{border:1px solid var(--line);background:var(--card);border-radius:5px;padding:3px 10px;font-size:13px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px}
.pair{display:grid;grid-template-columns:1.25fr 1fr;gap:18px}
.three{display:grid;grid-template-columns:repeat(3,1fr);gap:18px}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:middle;padding:7px 8px;border-top:1px solid var(--line)}
thead th,tfoot td{border-top:0;color:var(--soft);font-weight:500}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.beats{table-layout:fixed;width:100%}.phases span{overflow:hidden;text-overflow:ellipsis}
.beats .who{width:218px}.beats .plotcell{width:auto;padding:0}.beats .n{width:62px}.beats .j{width:118px}
.beats th[scope=row]{font-weight:600}
.beats th[scope=row] span{display:block;font-weight:400;color:var(--soft);font-size:12px}
.raster{display:block;width:100%;height:40px}
.phases{position:relative;height:20px}
.phases span,.axis span{position:absolute;white-space:nowrap;font-size:12px}
.axis{position:relative;height:18px}
.axis span{transform:translateX(-50%)}.axis span:first-child{transform:none}.axis span.last{transform:translateX(-100%)}
.swatch{display:inline-block;width:12px;height:12px;border:1px solid var(--line);margin-right:5px;vertical-align:-1px}.swatch-foreground{background:var(--foreground)}.swatch-background{background:var(--background)}.swatch-locked{background:var(--locked)}.swatch-doze{background:var(--doze)}.swatch-unknown{background:none}
.phase-foreground{fill:var(--foreground)}.phase-background{fill:var(--background)}.phase-locked{fill:var(--locked)}.phase-doze{fill:var(--doze)}.phase-unknown{fill:none}
.beat{fill:none;stroke:var(--blue);stroke-width:2px;vector-effect:non-scaling-stroke}
.beat.unexplained{stroke:var(--bad);stroke-width:3px}.beat.unobservable{stroke:var(--open);stroke-dasharray:4 3}.beat.push{stroke:var(--soft)}
.beat.forced{stroke-dasharray:2 3}
.plot{display:block;width:100%;height:auto;max-width:420px}
.plot .bar,.plot .own{fill:var(--bad)}.explained .plot .bar,.explained .plot .own{fill:var(--blue)}
.plot .other{fill:var(--blue);opacity:.45}.plot .rule{stroke:var(--soft);fill:none}.plot .equal{stroke:var(--line);stroke-dasharray:3 3;fill:none}
.plot .band{fill:var(--blue);opacity:.16}.whole{grid-column:1/-1}.whole th[scope=row]{font-weight:400}
.plot .lag{stroke:var(--blue);stroke-width:2px}
.plot .tick{fill:var(--soft);font-size:11px}
.meter{display:block;width:100%;height:8px}.meter .track{fill:var(--line)}.meter .track.none{fill:none;stroke:var(--line);stroke-dasharray:3 3}
.meter .fill{fill:var(--bad)}.explained .meter .fill{fill:var(--blue)}
.subscores{margin-top:10px}.subscores td,.subscores th{padding:4px 8px}.subscores caption{text-align:left;font-weight:600;font-size:15px;padding-bottom:2px}.subscores caption .soft{font-weight:400;font-size:13px}
.subscores th[scope=row]{font-weight:500;width:150px}.subscores .bar{width:140px}.subscores .num{width:56px}.subscores .sums tr:first-child>*{border-top:2px solid var(--line)}
.members{columns:3 260px;margin:0;padding:0;list-style:none;font-size:13px}.members li{break-inside:avoid;padding:2px 0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.tag{font-weight:600;white-space:nowrap}.tag.no{color:var(--bad)}.tag.yes{color:var(--good)}.tag.maybe{color:var(--open)}
ol.findings{margin:0;padding-left:20px}ol.findings li{margin-bottom:10px}
dl.rows{display:grid;align-content:start;grid-template-columns:auto 1fr;gap:6px 18px;margin:0;font-size:13px}
dl.rows dt{font-weight:500}dl.rows dd{margin:0;color:var(--soft)}
details{margin-top:12px}summary{cursor:pointer;color:var(--blue)}
ul.plain{margin:0;padding-left:18px}ul.plain li{margin-bottom:4px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:12px;color:var(--soft);margin:10px 0 0}
footer{margin-top:36px;font-size:12px;color:var(--soft)}
:target{outline:2px solid var(--blue);outline-offset:3px}
@media(max-width:860px){
main{padding:16px}.notice{padding:10px 16px}header.top{display:block}.facts{text-align:left;max-width:none;margin-top:8px}
.pair,.three{grid-template-columns:1fr}h1{font-size:25px}
.beats thead{display:none}.beats tr{display:grid;grid-template-columns:repeat(3,1fr);gap:0 10px;border-top:1px solid var(--line);padding:8px 0}
.beats th,.beats td{border:0;padding:2px 0;width:auto!important}.beats th[scope=row],.beats .plotcell,.beats .j{grid-column:1/-1}
.beats td.num{text-align:left}.beats td.num::before{content:attr(data-label) " ";color:var(--soft)}
.subscores,.subscores tbody,.subscores caption{display:block}.subscores thead{display:none}.subscores tr{display:grid;grid-template-columns:1fr 110px 44px;gap:2px 10px;align-items:center;border-top:1px solid var(--line);padding:6px 0}
.subscores th,.subscores td{border:0!important;padding:0;width:auto!important}.subscores td:last-child{grid-column:1/-1}
.axis span:nth-child(even){display:none}
.beats tfoot tr{border:0}.beats tfoot td:not(.plotcell){display:none}}
@media print{body{background:#fff}main{max-width:none;padding:0}.card{break-inside:avoid}details>*{display:block}details::details-content{content-visibility:visible;display:block}a{color:inherit;text-decoration:none}}
`;
