import { duration } from '../format.ts';
import { html, type Html } from '../html.ts';
import { at, marks } from './axis.ts';

const WIDTH = 320;
const HEIGHT = 110;
const LEFT = 8;
const BASE = 80;

/**
 * Lag from each push to the next beat of the app, in milliseconds, as one stroke each on a line from 0 to 60 s, over a
 * band from the 10 % to the 90 % quantile of those that count as following.
 */
export function pushLags(
  lagsMs: readonly number[],
  followed: { readonly lowMs: number; readonly medianMs: number; readonly highMs: number } | null,
): Html {
  const end = 60;
  const x = (seconds: number) => LEFT + (Math.min(seconds, end) / end) * (WIDTH - 2 * LEFT);
  return html`<svg
    class="plot"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${lagsMs.length} lags between a push and the next session"
  >
    ${
      followed !== null &&
      html`<rect
          class="band"
          x="${at(x(followed.lowMs / 1000))}"
          y="12"
          width="${at(Math.max(2, x(followed.highMs / 1000) - x(followed.lowMs / 1000)))}"
          height="${BASE - 12}"
        />
        <text
          class="tick"
          x="${at(x(followed.medianMs / 1000))}"
          y="9"
          text-anchor="${followed.medianMs > 50_000 ? 'end' : followed.medianMs < 10_000 ? 'start' : 'middle'}"
          >median ${duration(followed.medianMs)}</text
        >`
    }
    ${lagsMs.map((lag) => html`<path class="lag" d="M${at(x(lag / 1000))} 20V${BASE}"><title>${duration(lag)}</title></path>`)}
    <path class="rule" d="M${LEFT} ${BASE}H${WIDTH - LEFT}" />
    ${marks(end, 4).map(
      (seconds) =>
        html`<text
          class="tick"
          x="${at(x(seconds))}"
          y="${BASE + 16}"
          text-anchor="${seconds === 0 ? 'start' : seconds === end ? 'end' : 'middle'}"
          >${seconds === end ? '≥ 60 s' : `${seconds} s`}</text
        >`,
    )}
  </svg>`;
}
