import { html, type Html } from '../html.ts';
import { duration, plural } from '../format.ts';
import { at, marks } from './axis.ts';

const WIDTH = 320;
const HEIGHT = 150;
const BASE = 122;
const LEFT = 8;

/** Histogram of inter-arrival times in milliseconds: 40 equal bins from 0 to twice the median, the last one open. */
export function intervalHistogram(intervalsMs: readonly number[], medianMs: number): Html {
  const bins = 40;
  const end = medianMs * 2;
  const counts = new Array<number>(bins).fill(0);
  for (const interval of intervalsMs) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((interval / end) * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const highest = Math.max(...counts, 1);
  const plotWidth = WIDTH - 2 * LEFT;
  const x = (ms: number) => LEFT + (ms / end) * plotWidth;
  const beyond = intervalsMs.filter((interval) => interval >= end).length;
  const axis = marks(end / 1000, 4);
  return html`<svg
    class="plot"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="Histogram of ${plural(intervalsMs.length, 'interval')}, median ${duration(medianMs)}"
  >
    ${counts.map((count, bin) => {
      const height = (count / highest) * (BASE - 10);
      return (
        count > 0 &&
        html`<rect
          class="bar"
          x="${at(x((bin / bins) * end) + 0.5)}"
          y="${at(BASE - height)}"
          width="${at(plotWidth / bins - 1)}"
          height="${at(height)}"
          ><title>${plural(count, 'interval')} near ${duration(((bin + 0.5) / bins) * end)}</title></rect
        >`
      );
    })}
    <path class="rule" d="M${LEFT} ${BASE}H${WIDTH - LEFT}" />
    ${axis.map(
      (seconds, index) =>
        html`<text
          class="tick"
          x="${at(x(seconds * 1000))}"
          y="${BASE + 16}"
          text-anchor="${index === 0 ? 'start' : index === axis.length - 1 ? 'end' : 'middle'}"
          >${duration(seconds * 1000)}</text
        >`,
    )}
    ${beyond > 0 && html`<text class="tick" x="${WIDTH - LEFT}" y="12" text-anchor="end">${beyond} beyond ${duration(end)}</text>`}
  </svg>`;
}
