import type { Beat } from '../../contract/report.ts';
import { html, type Html } from '../html.ts';
import { size } from '../format.ts';
import { at } from './axis.ts';
import { beatWords } from './raster.ts';
import { evenly } from './sample.ts';

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 46;
const BASE = 122;
const TOP = 8;
const MOST_OWN = 400;
const MOST_OTHERS = 200;

/** Bytes up against bytes down, both logarithmic from 10 B; the dashed line is equality. Squares: this channel. */
export function sizeScatter(own: readonly Beat[], others: readonly Beat[], channel: string | null = null): Html {
  const all = [...own, ...others].flatMap((beat) => [beat.upBytes, beat.downBytes]);
  const end = Math.max(4, Math.ceil(Math.log10(all.reduce((most, bytes) => Math.max(most, bytes), 10))));
  const share = (bytes: number) => (Math.log10(Math.max(bytes, 10)) - 1) / (end - 1);
  const x = (bytes: number) => LEFT + share(bytes) * (WIDTH - LEFT - 10);
  const y = (bytes: number) => BASE - share(bytes) * (BASE - TOP);
  const decades = Array.from({ length: end }, (_, index) => 10 ** (index + 1));
  return html`<svg
    class="plot"
    data-channel="${own.length > MOST_OWN ? null : channel}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="Bytes up against bytes down, ${own.length} beats of this channel and ${others.length} of others"
  >
    <path class="equal" d="M${LEFT} ${BASE}L${WIDTH - 10} ${TOP}" />
    <path class="rule" d="M${LEFT} ${TOP}V${BASE}H${WIDTH - 10}" />
    ${decades.map(
      (bytes, index) =>
        html`<text
            class="tick"
            x="${at(x(bytes))}"
            y="${BASE + 14}"
            text-anchor="${index === decades.length - 1 ? 'end' : 'middle'}"
            >${size(bytes)}</text
          >
          ${index > 0 && html`<text class="tick" x="${LEFT - 4}" y="${at(y(bytes) + 4)}" text-anchor="end">${size(bytes)}</text>`}`,
    )}
    ${evenly(others, MOST_OTHERS).map((beat) => html`<circle class="other" cx="${at(x(beat.upBytes))}" cy="${at(y(beat.downBytes))}" r="3" />`)}
    ${evenly(own, MOST_OWN).map((beat) => html`<rect class="own" x="${at(x(beat.upBytes) - 3)}" y="${at(y(beat.downBytes) - 3)}" width="6" height="6"><title>${beatWords(beat)}</title></rect>`)}
    <text class="tick" x="${WIDTH - 10}" y="${HEIGHT - 2}" text-anchor="end">bytes up →</text>
    <text class="tick" x="${LEFT + 4}" y="${TOP + 8}">↑ bytes down</text>
  </svg>`;
}
