import type { Beat, Report } from '../../contract/report.ts';
import { html, type Html } from '../html.ts';
import { clock, size } from '../format.ts';
import { at } from './axis.ts';

const WIDTH = 1000;
const HEIGHT = 40;
/** Beyond, strokes lie closer than a pointer can tell, and are drawn without words of their own. */
const MOST_STROKES = 600;

/** How a channel's beats are drawn; height and stroke repeat what the colour says. */
export type Tone = 'unexplained' | 'explained' | 'unobservable' | 'push';

const SPAN: Record<Tone, readonly [number, number]> = {
  unexplained: [3, 37],
  explained: [12, 28],
  unobservable: [9, 31],
  push: [14, 26],
};

/**
 * One row of the raster: phases as shaded spans, each beat as a stroke at its instant, one unit of x per thousandth
 * of the window. The drawing stretches with its cell, so it carries no text; strokes keep their width. `channel` is the
 * id under which the beats are listed, so that a stroke can lead to its row.
 */
export function rasterRow(
  report: Pick<Report, 'phases' | 'windowMs'>,
  beats: readonly (Pick<Beat, 'atMs' | 'forced'> & Partial<Pick<Beat, 'phase' | 'upBytes' | 'downBytes'>>)[],
  tone: Tone,
  label: string,
  channel: string | null = null,
): Html {
  const x = (ms: number) => at((ms / Math.max(report.windowMs, 1)) * WIDTH);
  const [top, bottom] = SPAN[tone];
  return html`<svg
    class="raster"
    data-channel="${channel}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    ${report.phases.map(
      (span) =>
        html`<rect
          class="phase-${span.phase}"
          x="${x(span.fromMs)}"
          y="0"
          width="${x(span.toMs - span.fromMs)}"
          height="${HEIGHT}"
        />`,
    )}
    ${
      beats.length > MOST_STROKES
        ? html`<path
            class="beat ${tone}"
            d="${strokes(
              beats.map((beat) => x(beat.atMs)),
              top,
              bottom,
            )}"
          />`
        : beats.map(
            (beat) =>
              html`<path class="beat ${tone}${beat.forced ? ' forced' : ''}" d="M${x(beat.atMs)} ${top}V${bottom}"
                ><title>${beatWords(beat)}</title></path
              >`,
          )
    }
  </svg>`;
}

/** Many beats as one path; those that fall on the same place are drawn once. */
function strokes(places: readonly string[], top: number, bottom: number): string {
  return [...new Set(places.map((place) => Math.round(Number(place))))].map((x) => `M${x} ${top}V${bottom}`).join('');
}

/** "12:34, background, 412 B up, 308 B down": what is known of a beat, in a line. */
export function beatWords(
  beat: Pick<Beat, 'atMs' | 'forced'> & Partial<Pick<Beat, 'phase' | 'upBytes' | 'downBytes'>>,
): string {
  const sizes =
    beat.upBytes === undefined || beat.downBytes === undefined
      ? []
      : [`${size(beat.upBytes)} up`, `${size(beat.downBytes)} down`];
  return [clock(beat.atMs), beat.phase, ...sizes, beat.forced ? 'forced' : undefined]
    .filter((one) => one !== undefined)
    .join(', ');
}
