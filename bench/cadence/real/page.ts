import type { Cadence } from '../../../orchestrator/contract/report.ts';
import type { RealSeries } from './read.ts';
import { burstStarts, gapsOf } from '../baselines/starts.ts';

export interface Flagged {
  readonly series: RealSeries;
  readonly cadence: Cadence;
}

const WIDTH = 420;
const HEIGHT = 240;
const MOST_ROWS = 60;
/** The gaps that the judge merges bursts by; the one that leaves as many beats as it speaks of is drawn. */
const GAPS_SECONDS = [6, 2];

/** One page with a figure for each flagged series: its starts folded by the period, and its intervals beside. */
export function page(flagged: readonly Flagged[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Flagged series</title><style>
body { font: 13px/1.4 system-ui, sans-serif; margin: 20px; color: #222; background: #fff }
figure { display: inline-block; margin: 0 20px 28px 0; width: ${2 * WIDTH + 20}px }
svg { background: #f6f6f4; margin-right: 8px } figcaption { font-weight: 600 } p { margin: 2px 0; font-weight: 400 }
</style></head><body><h1>Flagged series</h1>
<p>Left: starts folded by the period; each row is one period, time runs down. A clock draws a straight line, a sleep
after each exchange a wandering one. Right: intervals in their order on a logarithmic scale; the line is the period.</p>
${flagged.map(figure).join('\n')}
</body></html>
`;
}

function figure({ series, cadence }: Flagged): string {
  const merged = GAPS_SECONDS.map((gap) => burstStarts(series.t, gap));
  const starts = merged.find(({ length }) => length === cadence.beats) ?? merged.at(-1)!;
  const period = (cadence.periodMs ?? 0) / 1000;
  const facts = [
    `${cadence.kind}`,
    `period ${period.toFixed(2)} s`,
    `jitter ${((cadence.jitter ?? 0) * 100).toFixed(1)} %`,
    `missed ${((cadence.missedRate ?? 0) * 100).toFixed(0)} %`,
    `score ${(cadence.score ?? 0).toFixed(2)}`,
    `${cadence.beats} beats of ${series.t.length} starts`,
    `window ${series.windowSeconds.toFixed(0)} s`,
  ];
  return `<figure id="${escaped(series.id)}"><figcaption>${escaped(series.id)} ${escaped(series.label)} ${escaped(series.family)}
<p>${facts.join(', ')}</p></figcaption>${folded(starts, period)}${intervals(gapsOf(starts), period)}</figure>`;
}

/** Two periods wide, so that a line that crosses the edge is seen whole. */
function folded(starts: readonly number[], period: number): string {
  const from = starts[0] ?? 0;
  const rows = Math.min(MOST_ROWS, Math.ceil(((starts.at(-1) ?? 0) - from) / period) + 1);
  const dots = starts.flatMap((at) => {
    const row = Math.floor((at - from) / period);
    const phase = (at - from) / period - row;
    const y = ((row + 0.5) / rows) * HEIGHT;
    return row >= rows ? [] : [dot((phase / 2) * WIDTH, y), dot(((phase + 1) / 2) * WIDTH, y - HEIGHT / rows)];
  });
  return svg(`<line x1="${WIDTH / 2}" x2="${WIDTH / 2}" y1="0" y2="${HEIGHT}" stroke="#ccc"/>${dots.join('')}`);
}

function intervals(gaps: readonly number[], period: number): string {
  const positive = gaps.map((gap) => Math.max(gap, 0.01));
  const low = Math.log(Math.min(period, ...positive) / 1.5);
  const high = Math.log(Math.max(period, ...positive) * 1.5);
  const y = (value: number): number => HEIGHT - ((Math.log(value) - low) / (high - low)) * HEIGHT;
  const dots = positive.map((gap, i) => dot(((i + 0.5) / gaps.length) * WIDTH, y(gap)));
  const line = `<line x1="0" x2="${WIDTH}" y1="${y(period).toFixed(1)}" y2="${y(period).toFixed(1)}" stroke="#c44"/>`;
  return svg(line + dots.join(''));
}

const dot = (x: number, y: number): string => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.2"/>`;
const svg = (content: string): string =>
  `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${content}</svg>`;
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
