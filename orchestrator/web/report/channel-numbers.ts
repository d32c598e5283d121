import type { Channel } from '../../contract/report.ts';
import { duration, number, percent, size } from '../format.ts';
import { html, type Html } from '../html.ts';

/** What was counted of a channel, its use of each phase, and each statistic with what it was held against. */
export function channelNumbers(channel: Channel): Html {
  const { cadence, bytes } = channel;
  return html`<div class="pair after">
      <dl class="rows">
        <dt>Kind</dt>
        <dd>${cadence.kind}${cadence.reason !== undefined && ` (${cadence.reason})`}</dd>
        ${
          cadence.periodsMs.length > 1 &&
          html`<dt>Periods, strongest first</dt>
            <dd>${cadence.periodsMs.map(duration).join(', ')}</dd>`
        }
        ${
          cadence.cycle !== null &&
          html`<dt>Works and pauses</dt>
            <dd>${duration(cadence.cycle.onMs)} on, ${duration(cadence.cycle.offMs)} off</dd>`
        }
        <dt>Beats off the rhythm</dt>
        <dd>${percent(cadence.clutter)}</dd>
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
        <dd>
          ${number(channel.suspicion)}${suspicionRange(channel)} /
          ${number(channel.confidence.low)}–${number(channel.confidence.high)}
        </dd>
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
      </div>
    </div>
    <table class="after">
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
    ${channel.expectation.licences.length > 0 && html`<p class="soft">Licences: ${channel.expectation.licences.map((one) => html`<span title="${one.source}">${one.because}</span> `)}</p>`}`;
}

/** " (0.71–0.98)"; reports of before there was an interval have none. */
function suspicionRange({ suspicionInterval: range }: Channel): string {
  return range === undefined ? '' : ` (${number(range.low)}–${number(range.high)})`;
}
