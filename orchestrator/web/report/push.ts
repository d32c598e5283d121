import type { Report } from '../../contract/report.ts';
import { number, plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { pushLags } from '../plot/lags.ts';

/** Pushes and what the app did after them. */
export function pushSection(report: Report): Html {
  const coupling = report.pushCoupling;
  const lags = lagsMs(report);
  return html`<section aria-labelledby="push">
    <h2 id="push">Pushes</h2>
    <div class="card pair">
      <div>
        <p>${coupling.sentence}</p>
        <dl class="rows">
          <dt>Push mode</dt>
          <dd>${coupling.mode}</dd>
          <dt>Delivered</dt>
          <dd>${plural(coupling.pushes.length, 'push', 'pushes')}</dd>
          <dt>Followed by a session</dt>
          <dd>${coupling.coupled}</dd>
          <dt>p-value (binomial)</dt>
          <dd>${coupling.pValue === null ? '–' : coupling.pValue < 0.001 ? '< 0.001' : number(coupling.pValue, 3)}</dd>
        </dl>
      </div>
      <div>
        ${
          lags.length > 0 &&
          html`<h3>Push to next session</h3>
            ${pushLags(lags)}`
        }
      </div>
    </div>
  </section>`;
}

function lagsMs(report: Report): number[] {
  const beats = report.channels.flatMap((channel) => channel.beats.map((beat) => beat.atMs)).sort((a, b) => a - b);
  return report.pushCoupling.pushes.flatMap((push) => {
    const next = beats.find((atMs) => atMs >= push.atMs);
    return next === undefined ? [] : [next - push.atMs];
  });
}
