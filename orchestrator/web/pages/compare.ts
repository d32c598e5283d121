import type { ReportView } from '../../contract/api.ts';
import type { RunComparison } from '../../contract/difference.ts';
import type { Report } from '../../contract/report.ts';
import { duration, plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { rasterRow } from '../plot/raster.ts';
import { channelName } from '../report/members.ts';
import { toneOf } from '../report/raster.ts';
import { byUrgency } from '../report/shown.ts';
import { shortened } from './app-cell.ts';
import { verdictBadge } from './badge.ts';
import { framed } from './frame.ts';
import { cell, list } from './list.ts';
import type { SignedIn } from './visit.ts';

interface Side {
  readonly view: ReportView;
  readonly report: Report;
}

const MOST_CHANNELS = 60;

/** `/reports/:a/compare/:b`: what changed from the one to the other. */
export function comparePage(visit: SignedIn, before: Side, after: Side, comparison: RunComparison): string {
  const body = html`<p class="crumbs"><a href="/reports/${after.view.id}">Report</a> › compared</p>
    <h1>${comparison.same ? 'Nothing changed' : `${plural(comparison.differences.length, 'difference')}`}</h1>
    <div class="pair even">${side('Before', before, visit.now)} ${side('After', after, visit.now)}</div>
    <section aria-labelledby="differences">
      <h2 id="differences">Differences</h2>
      ${
        comparison.differences.length === 0
          ? html`<p>The two runs do not differ in verdict, signer, declared function or any channel.</p>`
          : list(
              plural(comparison.differences.length, 'difference'),
              [{ name: 'Kind' }, { name: 'What was measured' }],
              comparison.differences.map(
                ({ kind, sentence, channel }) =>
                  html`<tr>
                    <th scope="row">${kind.replaceAll('-', ' ')}</th>
                    ${cell('Measured', html`${sentence} ${channelLink(channel, before, after)}`)}
                  </tr>`,
              ),
            )
      }
      ${
        comparison.notCompared.length > 0 &&
        html`<h3 class="after">Not compared</h3>
          <ul class="plain">
            ${comparison.notCompared.map((one) => html`<li>${one}</li>`)}
          </ul>`
      }
    </section>
    ${channelsBeside(before, after)}
    <p class="after">
      <a href="/reports/${after.view.id}/compare/${before.view.id}">Compare the other way round</a>
    </p>`;
  return framed(visit, { title: 'Comparison of two reports', body });
}

function side(title: string, { view, report }: Side, now: Date): Html {
  const { sample } = report;
  return html`<section class="card" aria-label="${title}">
    <h2>${title}</h2>
    <p>
      ${verdictBadge(view.verdict)}
      <strong>${shortened(sample.label ?? sample.package, 80)}</strong> ${sample.versionName}
      ${sample.versionCode !== null && `(${sample.versionCode})`}
    </p>
    <p>${shortened(report.sentence, 600)}</p>
    <p class="soft">
      <a href="/reports/${view.id}">Report</a> of ${moment(view.createdAt, now)}, engine
      ${view.engineVersion ?? 'of before'}
    </p>
  </section>`;
}

/** A channel stands in the one report or the other: the sentence begins with whose it is. */
function channelLink(channel: string | null, before: Side, after: Side): Html | false {
  if (channel === null) return false;
  const where = [after, before].find(({ report }) => report.channels.some(({ id }) => id === channel));
  return where !== undefined && html`<a href="/reports/${where.view.id}#channel-${channel}">its beats</a>`;
}

/** The beats of both runs by channel, side by side: what is new, gone or faster can be seen before it is read. */
function channelsBeside(before: Side, after: Side): Html {
  const names = [...new Set([after, before].flatMap(({ report }) => byUrgency(report.channels).map(channelName)))];
  return html`<section aria-labelledby="beside">
    <h2 id="beside">Beats beside each other</h2>
    <div class="card">
      <table class="live beside">
        <caption class="unseen">
          Beats by channel, before and after
        </caption>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col" class="plotcell">Before, ${duration(before.report.windowMs)}</th>
            <th scope="col" class="plotcell">After, ${duration(after.report.windowMs)}</th>
          </tr>
        </thead>
        <tbody>
          ${names.slice(0, MOST_CHANNELS).map(
            (name) =>
              html`<tr>
                <th scope="row">${shortened(name, 100)}</th>
                ${beatsCell('Before', name, before)} ${beatsCell('After', name, after)}
              </tr>`,
          )}
        </tbody>
      </table>
      ${names.length > MOST_CHANNELS && html`<p class="soft">${names.length - MOST_CHANNELS} more channels are in the reports.</p>`}
    </div>
  </section>`;
}

function beatsCell(label: string, name: string, { report }: Side): Html {
  const channel = report.channels.find((one) => channelName(one) === name);
  if (channel === undefined) return html`<td class="plotcell soft" data-label="${label}">not seen</td>`;
  const words = `${label}: ${plural(channel.beats.length, 'beat')} to ${shortened(name, 100)}`;
  return html`<td class="plotcell" data-label="${label}">
    ${rasterRow(report, channel.beats, toneOf(channel), words)}
  </td>`;
}
