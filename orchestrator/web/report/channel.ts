import type { Beat, Channel, Report } from '../../contract/report.ts';
import { clock, duration, number, percent, plural, size } from '../format.ts';
import { html, type Html } from '../html.ts';
import { foldedBeats } from '../plot/folded.ts';
import { intervalHistogram } from '../plot/histogram.ts';
import { sizeScatter } from '../plot/sizes.ts';
import { byUrgency, judgement } from './raster.ts';

const MOST_BEATS_LISTED = 200;

/** Every channel at length, the unexplained ones first: why, the plots, the sub-scores apart, the beats themselves. */
export function channelDetails(report: Report): Html {
  if (report.channels.length === 0) return html``;
  return html`<section aria-labelledby="channels">
    <h2 id="channels">Channel by channel</h2>
    ${byUrgency(report.channels).map((channel) => channelCard(report, channel))}
  </section>`;
}

function channelCard(report: Report, channel: Channel): Html {
  const { destination, cadence } = channel;
  const open = channel.explained === false;
  return html`<div
    class="card ${channel.explained === false ? 'unexplained' : 'explained'}"
    id="channel-${channel.id}"
    style="margin-bottom:18px"
  >
    <h3>${destination.host}:${destination.port} ${judgement(channel)}</h3>
    <p>${channel.because}</p>
    <p class="soft">${channel.expectation.sentence}</p>
    ${cadence.beats >= 3 && plots(report, channel)}
    <details ${open && 'open'}>
      <summary>Numbers</summary>
      ${numbers(channel)}
    </details>
    <details>
      <summary>${plural(channel.beats.length, 'beat')}, with their lines in capture.ndjson</summary>
      ${beatTable(channel.beats)}
    </details>
  </div>`;
}

function plots(report: Report, channel: Channel): Html {
  const { beats, cadence } = channel;
  const intervals = beats.slice(1).map((beat, index) => beat.atMs - (beats[index]?.atMs ?? 0));
  const sorted = [...intervals].sort((a, b) => a - b);
  const median = cadence.periodMs ?? sorted[Math.floor(sorted.length / 2)] ?? 1;
  const others = report.channels.filter((other) => other.id !== channel.id).flatMap((other) => other.beats);
  return html`<div class="three">
    <figure style="margin:0">
      <h3>Inter-arrival</h3>
      ${intervalHistogram(intervals, median)}
      <figcaption class="soft">${plural(intervals.length, 'interval')}, median ${duration(median)}</figcaption>
    </figure>
    <figure style="margin:0">
      <h3>Sizes</h3>
      ${sizeScatter(beats, others)}
      <figcaption class="soft">squares: this channel; dots: the app’s others</figcaption>
    </figure>
    <figure style="margin:0">
      <h3>Folded at ${duration(median)}</h3>
      ${foldedBeats(beats, median)}
      <figcaption class="soft">one row a beat, centred on the first</figcaption>
    </figure>
  </div>`;
}

function numbers(channel: Channel): Html {
  const { cadence, bytes } = channel;
  return html`<div class="pair" style="margin-top:8px">
      <dl class="rows">
        <dt>Kind</dt>
        <dd>${cadence.kind}${cadence.reason !== undefined && ` (${cadence.reason})`}</dd>
        <dt>Missed beats</dt>
        <dd>${percent(cadence.missedRate)}</dd>
        <dt>Coverage of the window</dt>
        <dd>${percent(cadence.coverage)}</dd>
        <dt>Duty cycle</dt>
        <dd>${percent(cadence.dutyCycle)}</dd>
        <dt>Bytes up / down</dt>
        <dd>${size(bytes.up)} / ${size(bytes.down)}, ratio ${number(bytes.upDownRatio)}</dd>
        <dt>Protocols</dt>
        <dd>${channel.protocols.join(', ')}</dd>
        <dt>Attribution</dt>
        <dd>${channel.attribution}</dd>
        ${
          channel.ja4.length > 0 &&
          html`<dt>JA4</dt>
            <dd class="mono">${channel.ja4.join(', ')}</dd>`
        }
        <dt>Owner known by</dt>
        <dd>${channel.owner.knownBy}</dd>
        <dt>Suspicion / confidence</dt>
        <dd>${number(channel.suspicion)} / ${number(channel.confidence.low)}–${number(channel.confidence.high)}</dd>
        <dt>RITA v5 score</dt>
        <dd>${number(cadence.rita, 3)}</dd>
      </dl>
      <div>
        <table>
          <thead>
            <tr>
              <th scope="col">Phase</th>
              <th scope="col" class="num">Beats</th>
              <th scope="col" class="num">Forced</th>
              <th scope="col" class="num">Period</th>
            </tr>
          </thead>
          <tbody>
            ${channel.phases.map(
              (use) =>
                html`<tr>
                  <td>${use.phase} <span class="soft">${duration(use.durationMs)}</span></td>
                  <td class="num">${use.beats}</td>
                  <td class="num">${use.forced}</td>
                  <td class="num">${duration(use.periodMs)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        <table>
          <thead>
            <tr>
              <th scope="col">Statistic</th>
              <th scope="col" class="num">Value</th>
              <th scope="col" class="num">Threshold</th>
              <th scope="col" class="num">n</th>
            </tr>
          </thead>
          <tbody>
            ${cadence.evidence.map(
              (one) =>
                html`<tr>
                  <td>
                    ${one.name}
                    <div class="soft">${one.because}</div>
                  </td>
                  <td class="num">${number(one.value)}</td>
                  <td class="num">${number(one.threshold)}</td>
                  <td class="num">${one.n}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>
    ${channel.expectation.licences.length > 0 && html`<p class="soft">Licences: ${channel.expectation.licences.map((one) => html`<span title="${one.source}">${one.because}</span> `)}</p>`}`;
}

function beatTable(beats: readonly Beat[]): Html {
  const shown = beats.slice(0, MOST_BEATS_LISTED);
  return html`<table>
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col">Phase</th>
          <th scope="col" class="num">Up</th>
          <th scope="col" class="num">Down</th>
          <th scope="col">After push</th>
          <th scope="col">Lines</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (beat) =>
            html`<tr>
              <td>${clock(beat.atMs)}</td>
              <td>${beat.phase}${beat.forced && ' (forced)'}</td>
              <td class="num">${size(beat.upBytes)}</td>
              <td class="num">${size(beat.downBytes)}</td>
              <td>${beat.afterPush ?? '–'}</td>
              <td class="mono">
                ${beat.lines.slice(0, 8).join(', ')}${beat.lines.length > 8 && ` +${beat.lines.length - 8}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${beats.length > shown.length && html`<p class="soft">${beats.length - shown.length} more in report.json.</p>`}`;
}
