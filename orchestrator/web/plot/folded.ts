import type { Beat } from '../../contract/report.ts';
import { html, type Html } from '../html.ts';
import { duration } from '../format.ts';
import { at } from './axis.ts';
import { beatWords } from './raster.ts';
import { evenly } from './sample.ts';

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 8;
const BASE = 122;
const TOP = 6;
const MOST = 400;

/** Beats folded at the period: x is the phase within a period, centred on the first beat, y the beat's number. */
export function foldedBeats(beats: readonly Beat[], periodMs: number, channel: string | null = null): Html {
  const first = beats[0]?.atMs ?? 0;
  const shown = evenly(beats, MOST);
  const row = (BASE - TOP) / Math.max(shown.length, 1);
  const phase = (ms: number) => {
    const turns = (ms - first) / periodMs + 0.5;
    return turns - Math.floor(turns);
  };
  const x = (share: number) => LEFT + share * (WIDTH - 2 * LEFT);
  const height = Math.max(2, Math.min(9, row * 0.8));
  return html`<svg
    class="plot"
    data-channel="${beats.length > MOST ? null : channel}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${beats.length} beats folded at ${duration(periodMs)}"
  >
    <path class="equal" d="M${WIDTH / 2} ${TOP}V${BASE}" />
    ${shown.map(
      (beat, index) =>
        html`<rect
          class="own"
          x="${at(x(phase(beat.atMs)) - 2)}"
          y="${at(TOP + index * row + (row - height) / 2)}"
          width="4"
          height="${at(height)}"
          ><title>${beatWords(beat)}</title></rect
        >`,
    )}
    <path class="rule" d="M${LEFT} ${BASE}H${WIDTH - LEFT}" />
    <text class="tick" x="${LEFT}" y="${BASE + 16}">−½</text>
    <text class="tick" x="${WIDTH / 2}" y="${BASE + 16}" text-anchor="middle">phase of ${duration(periodMs)}</text>
    <text class="tick" x="${WIDTH - LEFT}" y="${BASE + 16}" text-anchor="end">+½</text>
  </svg>`;
}
