import type { LiveSession } from '../../contract/event.ts';
import type { SubmissionView } from '../../contract/api.ts';
import { clock, duration, percent, plural, size } from '../format.ts';
import { html, type Html } from '../html.ts';
import { at } from '../plot/axis.ts';
import { rasterRow } from '../plot/raster.ts';
import { shortened } from './app-cell.ts';
import type { Live } from './live.ts';

/** More rows and strokes than these nobody reads while they arrive; the report has them all. */
export const MOST_ROWS = 40;
export const MOST_STROKES = 1500;

/** What the run shows while it lasts. The script of the page adds what comes after the event `live.last`. */
export function liveSection(submission: SubmissionView, live: Live, ended: boolean): Html {
  const windowMs = submission.options.minutes * 60_000;
  const sessions = live.destinations.reduce((sum, one) => sum + one.sessions.length, 0);
  return html`<section
    aria-labelledby="live-title"
    id="live"
    data-submission="${submission.id}"
    data-last="${live.last}"
    data-window-ms="${windowMs}"
    data-most-rows="${MOST_ROWS}"
    data-most-strokes="${MOST_STROKES}"
    data-phases="${JSON.stringify(live.phases)}"
    ${ended && html`data-ended`}
  >
    <h2 id="live-title">${ended ? 'While it ran' : 'As it happens'}</h2>
    <div class="card">
      ${!ended && progressLine(live)} ${phaseBar(live, ended)} ${counters(live, sessions, ended)}
      <table class="live">
        <caption class="unseen">
          Sessions by destination, over ${duration(windowMs)} of device time
        </caption>
        <thead>
          <tr>
            <th scope="col">Destination</th>
            <th scope="col" class="plotcell">Sessions, 0 to ${duration(windowMs)} of device time</th>
            <th scope="col" class="num">Count</th>
            <th scope="col" class="num">Up</th>
            <th scope="col" class="num">Down</th>
          </tr>
        </thead>
        <tbody id="live-rows">
          ${live.destinations.slice(0, MOST_ROWS).map((one) => destinationRow(one, live, windowMs))}
        </tbody>
      </table>
      <template id="live-row">${destinationRow({ name: '', sessions: [] }, live, windowMs)}</template>
      <p class="soft" id="live-none" ${sessions > 0 && html`hidden`}>
        ${ended ? 'No session was seen while it ran.' : 'No session yet. A quiet app is a good sign; the wait is part of the test.'}
      </p>
      <p class="legend">
        <span>One stroke a session, not judged yet.</span>
        ${live.destinations.length > MOST_ROWS && html`<span>${live.destinations.length - MOST_ROWS} more destinations are in the report.</span>`}
        ${live.dropped > 0 && html`<span>${plural(live.dropped, 'session')} came too fast to be shown here; the evidence has them.</span>`}
      </p>
    </div>
  </section>`;
}

function progressLine({ progress }: Live): Html {
  const done = progress?.done ?? null;
  return html`<p>
      <strong id="live-step"
        >${progress === null ? 'Waiting for the first word of the worker' : stepWords(progress)}</strong
      >
    </p>
    <progress
      id="live-done"
      max="1"
      ${done !== null && html`value="${done}"`}
      aria-label="Share of this stage that is done"
    >
      ${percent(done)}
    </progress>
    <p class="unseen" role="status" id="live-said"></p>`;
}

function stepWords({ stage, step }: NonNullable<Live['progress']>): string {
  return `${stage}: ${shortened(step, 120)}`;
}

/**
 * The phases walked so far as shares of the window, each with its name; the hand shows where the run stands. Without a
 * view box places are per cent, so the names are not stretched.
 */
function phaseBar({ phases, progress }: Live, ended: boolean): Html {
  const hand = !ended && progress?.stage === 'examine' ? (progress.done ?? null) : null;
  const words = phases.map(({ phase, from, to }) => `${phase} ${percent(from)} to ${percent(to)}`).join(', ');
  return html`<svg
    class="phasebar after"
    id="live-phases"
    role="img"
    aria-label="${words === '' ? 'No phase has begun' : `Phases: ${words}`}"
  >
    <rect class="ahead" width="100%" height="34" />
    ${phases.map(
      ({ phase, from, to }) =>
        html`<svg class="span" x="${at(from * 100)}%" width="${at((to - from) * 100)}%" height="34">
          <rect class="phase-${phase}" width="100%" height="34" />
          <text x="8" y="22">${phase}</text>
        </svg>`,
    )}
    ${hand !== null && html`<line class="hand" x1="${at(hand * 100)}%" x2="${at(hand * 100)}%" y1="0" y2="34" />`}
  </svg>`;
}

function counters({ progress, destinations }: Live, sessions: number, ended: boolean): Html {
  const left = progress?.secondsLeft ?? null;
  return html`<ul class="tiles after" aria-label="Counters">
    ${counter('live-sessions', sessions, 'sessions')}
    ${counter('live-destinations', destinations.length, 'destinations')}
    ${counter('live-pushes', progress?.pushes ?? 0, 'pushes')}
    ${!ended && counter('live-left', left === null ? '–' : duration(left * 1000), 'left to watch')}
  </ul>`;
}

function counter(id: string, value: string | number, words: string): Html {
  return html`<li>
    <div><b id="${id}">${value}</b>${words}</div>
  </li>`;
}

function destinationRow(
  { name, sessions }: Live['destinations'][number],
  { phases }: Pick<Live, 'phases'>,
  windowMs: number,
): Html {
  const spans = phases.map(({ phase, from, to }) => ({ phase, fromMs: from * windowMs, toMs: to * windowMs }));
  const sum = (of: (one: LiveSession) => number) => sessions.reduce((total, one) => total + of(one), 0);
  const up = sum((one) => one.upBytes);
  const down = sum((one) => one.downBytes);
  return html`<tr data-name="${name}" data-count="${sessions.length}" data-up="${up}" data-down="${down}">
    <th scope="row">${shortened(name, 100)}</th>
    <td class="plotcell">
      ${rasterRow(
        { phases: spans, windowMs },
        sessions.slice(0, MOST_STROKES).map((one) => ({
          atMs: one.startMs,
          forced: false,
          upBytes: one.upBytes,
          downBytes: one.downBytes,
        })),
        'explained',
        `${plural(sessions.length, 'session')} to ${shortened(name, 100)}`,
      )}
    </td>
    <td class="num" data-label="Count">${sessions.length}</td>
    <td class="num" data-label="Up">${size(up)}</td>
    <td class="num" data-label="Down">${size(down)}</td>
  </tr>`;
}

/** Thumbnails of the screens that the explorer met, as pictures of the run and links to their full size. */
export function screensSection(submission: string, { screens }: Live): Html {
  return html`<section aria-labelledby="screens-title" id="screens">
    <h2 id="screens-title">Screens</h2>
    ${
      screens.length === 0
        ? html`<p class="soft">No screen was pictured yet.</p>`
        : html`<ol class="screens" tabindex="0" aria-labelledby="screens-title">
            ${screens.map(({ sha256, atMs, phase }, index) => {
              const words = `Screen ${index + 1}, at ${clock(atMs)} of device time${phase === null ? '' : `, ${phase}`}`;
              const address = `/submissions/${submission}/screens/${sha256}`;
              return html`<li>
                <a href="${address}"><img src="${address}" alt="${words}" loading="lazy" width="108" height="192" /></a>
                ${clock(atMs)} ${phase}
              </li>`;
            })}
          </ol>`
    }
  </section>`;
}
