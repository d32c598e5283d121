import type { Channel, Report } from '../../contract/report.ts';
import { duration, percent, plural, size } from '../format.ts';
import { html, type Html, type Part } from '../html.ts';
import { timeMarks } from '../plot/axis.ts';
import { channelName, memberCount } from './members.ts';
import { rasterRow, type Tone } from '../plot/raster.ts';
import { leftOut, shownChannels } from './shown.ts';

const PHASE_TITLE = {
  foreground: 'Foreground',
  background: 'Background',
  locked: 'Locked',
  doze: 'Doze',
  unknown: 'Phase unknown',
} as const;

export function toneOf(channel: Pick<Channel, 'explained'>): Tone {
  if (channel.explained === null) return 'unobservable';
  return channel.explained ? 'explained' : 'unexplained';
}

export function judgement(channel: Pick<Channel, 'explained'>): Html {
  if (channel.explained === null) return html`<span class="tag maybe">? not observable</span>`;
  return channel.explained
    ? html`<span class="tag yes">✓ explained</span>`
    : html`<span class="tag no">✗ unexplained</span>`;
}

/** Beats of every channel over shaded phases, a table row each, so that a screen reader hears the numbers too. */
export function rasterSection(report: Report): Html {
  return html`<section aria-labelledby="beats">
    <h2 id="beats">Beats by destination</h2>
    <div class="card">
      <table class="beats">
        <thead>
          <tr>
            <th class="who" scope="col">Destination</th>
            <th class="plotcell" scope="col">${phaseLabels(report)}</th>
            ${['Beats', 'Period', 'Jitter', 'Up', 'Down'].map((name) => html`<th class="n num" scope="col">${name}</th>`)}
            <th class="j" scope="col">Judgement</th>
          </tr>
        </thead>
        <tbody>
          ${shownChannels(report).map((channel) => channelRow(report, channel))}
          ${report.pushCoupling.pushes.length > 0 && pushRow(report)}
          ${
            report.channels.length === 0 &&
            report.pushCoupling.pushes.length === 0 &&
            html`<tr>
              <th scope="row" class="who">none</th>
              <td class="plotcell">${rasterRow(report, [], 'explained', 'No traffic was seen')}</td>
              <td colspan="6">no traffic seen</td>
            </tr>`
          }
        </tbody>
        <tfoot>
          <tr>
            <td></td>
            <td class="plotcell">${axis(report)}</td>
            <td colspan="6"></td>
          </tr>
        </tfoot>
      </table>
      ${leftOut(report)}
      <p class="legend">
        ${report.phases.map((span) => html`<span><i class="swatch swatch-${span.phase}"></i>${PHASE_TITLE[span.phase]} to ${duration(span.toMs)}</span>`)}
      </p>
      <p class="legend">
        <span>tall red stroke: unexplained</span><span>short blue stroke: explained</span
        ><span>dashed: not observable, or forced by the test</span
        ><span>grey: push (Play Services’ connection, not the app’s)</span>
      </p>
    </div>
  </section>`;
}

function channelRow(report: Report, channel: Channel): Html {
  const { destination, cadence, bytes, grouping } = channel;
  const name = channelName(channel);
  return html`<tr>
    <th scope="row" class="who">
      ${
        grouping.by === 'destination'
          ? html`<a href="#channel-${channel.id}">${destination.host}</a><wbr />:${destination.port}`
          : html`<a href="#channel-${channel.id}">${name}</a>`
      }<span>${[memberCount(channel), ownerWords(channel)].filter((one) => one !== null).join(' · ')}</span>
    </th>
    <td class="plotcell">
      ${rasterRow(report, channel.beats, toneOf(channel), `${plural(channel.beats.length, 'beat')} to ${name}`, channel.id)}
    </td>
    ${cell('Beats', channel.beats.length)} ${cell('Period', periodWords(cadence))}
    ${cell('Jitter', percent(cadence.jitter))} ${cell('Up', withSpread(bytes.medianUp, bytes.upSpread))}
    ${cell('Down', withSpread(bytes.medianDown, bytes.downSpread))}
    <td class="j">${judgement(channel)}</td>
  </tr>`;
}

/** A period only where there is one; else what kind of timing it is. */
function periodWords({ kind, periodMs }: Channel['cadence']): string {
  if (kind === 'too-few-beats') return 'too few';
  return kind === 'irregular' || kind === 'continuous' ? kind : duration(periodMs);
}

function pushRow(report: Report): Html {
  const beats = report.pushCoupling.pushes.map((push) => ({ atMs: push.atMs, forced: false }));
  return html`<tr>
    <th scope="row" class="who">pushes<span>delivered by Play Services</span></th>
    <td class="plotcell">${rasterRow(report, beats, 'push', plural(beats.length, 'push', 'pushes'))}</td>
    ${cell('Beats', beats.length)}${['Period', 'Jitter', 'Up', 'Down'].map((name) => cell(name, '–'))}
    <td class="j"><span class="soft">not the app’s socket</span></td>
  </tr>`;
}

function cell(label: string, value: Part): Html {
  return html`<td class="n num" data-label="${label}">${value}</td>`;
}

function withSpread(median: number | null, spread: number | null): string {
  if (median === null || spread === null || spread < 0.5) return size(median);
  return median < 1000 ? `${Math.round(median)} ± ${Math.round(spread)} B` : size(median);
}

function ownerWords({ role, owner }: Channel): string {
  if (owner.kind === 'unknown') return role ?? 'unknown owner';
  const who = owner.name ?? { app: 'app’s own', sdk: 'SDK', platform: 'platform' }[owner.kind];
  return role === null ? who : `${role} · ${who}`;
}

/** Titles over their spans; text in an SVG without a view box takes places in per cent and is not stretched. */
function phaseLabels(report: Report): Html {
  return html`<svg class="phases" role="img" aria-label="${phaseWords(report)}">
    ${report.phases.map(
      (span) =>
        html`<svg x="${share(span.fromMs, report)}%" width="${share(span.toMs - span.fromMs, report)}%" height="20">
          <text x="0" y="14">${PHASE_TITLE[span.phase]}</text>
        </svg>`,
    )}
  </svg>`;
}

function phaseWords({ phases }: Report): string {
  return `Beats over ${phases.map((span) => PHASE_TITLE[span.phase].toLowerCase()).join(', ')}`;
}

function axis(report: Report): Html {
  return html`<svg class="axis" role="img" aria-label="Time from 0 to ${duration(report.windowMs)}">
    ${timeMarks(report.windowMs, 6).map((ms) => {
      const left = share(ms, report);
      const anchor = left === 0 ? 'start' : left > 97 ? 'end' : 'middle';
      return html`<text x="${left}%" y="13" text-anchor="${anchor}">${Math.round((ms / 60_000) * 10) / 10} min</text>`;
    })}
  </svg>`;
}

function share(ms: number, report: Report): number {
  return Number(((ms / Math.max(report.windowMs, 1)) * 100).toFixed(2));
}
