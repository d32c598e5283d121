import type { Report } from '../../contract/report.ts';
import { duration, number, plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { pushLags } from '../plot/lags.ts';
import { channelName } from './members.ts';
import { channelLinks } from './shown.ts';

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
          <dt>Expected by chance</dt>
          <dd>${number(coupling.expectedByChance, 1)}</dd>
          <dt>p-value</dt>
          <dd>${chance(coupling.pValue)}</dd>
          ${
            coupling.window !== null &&
            html`<dt>Lags that count</dt>
              <dd>${duration(coupling.window.fromMs)} to ${duration(coupling.window.toMs)}</dd>`
          }
          ${
            coupling.lag !== null &&
            html`<dt>Lag (10 %, 50 %, 90 %)</dt>
              <dd>
                ${duration(coupling.lag.lowMs)}, ${duration(coupling.lag.medianMs)}, ${duration(coupling.lag.highMs)}
              </dd>`
          }
        </dl>
      </div>
      <div>
        ${
          lags.length > 0 &&
          html`<h3>Push to next session</h3>
            ${pushLags(lags, coupling.lag)}
            <p class="soft">each stroke a push; the band holds the middle 80 % of those that were followed</p>`
        }
      </div>
      ${coupling.perChannel.length > 0 && channelTable(report)}
    </div>
  </section>`;
}

const MOST_ROWS = 150;

/** The same test for each channel; its p-values are corrected for their number. */
function channelTable(report: Report): Html {
  const linkTo = channelLinks(report);
  const names = new Map(report.channels.map((channel) => [channel.id, channelName(channel)]));
  return html`<table class="whole">
    <thead>
      <tr>
        <th scope="col">Channel</th>
        <th scope="col" class="num">Followed</th>
        <th scope="col" class="num">By chance</th>
        <th scope="col" class="num">Lag</th>
        <th scope="col" class="num">p</th>
      </tr>
    </thead>
    <tbody>
      ${report.pushCoupling.perChannel.slice(0, MOST_ROWS).map(
        (one) =>
          html`<tr>
            <th scope="row">
              ${linkTo(one.channel, names.get(one.channel) ?? one.channel)}${one.significant && html` <span class="tag maybe">follows pushes</span>`}
            </th>
            <td class="num">${one.coupled} of ${one.pushes}</td>
            <td class="num">${number(one.expectedByChance, 1)}</td>
            <td class="num">${duration(one.medianLagMs)}</td>
            <td class="num">${chance(one.pValue)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function chance(pValue: number | null): string {
  return pValue !== null && pValue < 0.001 ? '< 0.001' : number(pValue, 3);
}

function lagsMs(report: Report): number[] {
  const beats = report.channels.flatMap((channel) => channel.beats.map((beat) => beat.atMs)).sort((a, b) => a - b);
  const pushes = report.pushCoupling.pushes.map(({ atMs }) => atMs).sort((a, b) => a - b);
  let next = 0;
  return pushes.flatMap((pushMs) => {
    while (next < beats.length && beats[next]! < pushMs) next += 1;
    return next < beats.length ? [beats[next]! - pushMs] : [];
  });
}
