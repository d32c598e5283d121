import { html, type Html } from '../html.ts';
import { at } from './axis.ts';

const WIDTH = 120;
const HEIGHT = 8;

/** A bar from 0 to 1; an empty, dashed track where there is no value. */
export function meter(value: number | null, label: string): Html {
  return html`<svg
    class="meter"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    <rect class="${value === null ? 'track none' : 'track'}" width="${WIDTH}" height="${HEIGHT}" rx="2" />
    ${value !== null && html`<rect class="fill" width="${at(Math.max(0, Math.min(1, value)) * WIDTH)}" height="${HEIGHT}" rx="2" />`}
  </svg>`;
}
