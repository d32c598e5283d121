import type { Report } from '../../contract/report.ts';
import { duration, percent, plural } from '../format.ts';
import { html, type Html } from '../html.ts';

/** What could not be seen: always shown, also when it is nothing. */
export function gapsSection(report: Report): Html {
  const seen = report.visibility;
  return html`<section aria-labelledby="gaps">
    <h2 id="gaps">What could not be seen</h2>
    <div class="card">
      <div class="three">
        <p>
          <strong>${percent(seen.decryptedShare)}</strong> of bytes read in the clear,
          <strong>${percent(seen.passedThroughShare)}</strong> passed through unread,
          <strong>${percent(seen.unattributedShare)}</strong> without a certain owner;
          <strong>${plural(seen.quicRefused, 'QUIC attempt')}</strong> refused.
        </p>
        <p>
          Longest natural window <strong>${duration(seen.longestNaturalWindowMs)}</strong>; slowest cadence it could
          have shown: <strong>${duration(seen.slowestPeriodMs)}</strong>.
        </p>
        <p>
          ${
            report.coverage === null
              ? 'The app’s screens were not explored.'
              : html`Exploration: <strong>${report.coverage.activitiesSeen}</strong> of
                  ${report.coverage.activitiesDeclared} declared activities,
                  ${plural(report.coverage.screensSeen, 'screen')},
                  ${plural(report.coverage.actions, 'action')}${report.coverage.errors.length > 0 && `, ${plural(report.coverage.errors.length, 'error')}`}.`
          }
        </p>
      </div>
      ${
        seen.sentences.length > 0 &&
        html`<ul class="plain">
          ${seen.sentences.map((one) => html`<li>${one}</li>`)}
        </ul>`
      }
      ${
        report.gaps.length > 0
          ? html`<table class="after">
              <thead>
                <tr>
                  <th scope="col">Gap</th>
                  <th scope="col">From – to</th>
                  <th scope="col" class="num">Count</th>
                  <th scope="col">What it means</th>
                </tr>
              </thead>
              <tbody>
                ${report.gaps.map(
                  (gap) =>
                    html`<tr>
                      <td>
                        ${gap.kind}${gap.destination !== null && html`<div class="soft">${gap.destination.host}:${gap.destination.port}</div>`}
                      </td>
                      <td>${duration(gap.fromMs)} – ${duration(gap.toMs)}</td>
                      <td class="num">${gap.count}</td>
                      <td>${gap.sentence}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
          : html`<p class="soft">No visibility gap was recorded.</p>`
      }
    </div>
  </section>`;
}
