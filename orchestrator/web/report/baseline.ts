import type { Report } from '../../contract/report.ts';
import { shortDigest } from '../format.ts';
import { html, type Html } from '../html.ts';
import { channelLinks } from './shown.ts';

const STATE_WORDS = {
  matched: 'The baseline counts',
  expired: 'The approval has run out',
  'other-certificate': 'Signed by somebody else',
  'certificate-unknown': 'The signer is not known',
  'other-package': 'Another package',
} as const;

/** What the approved version did otherwise; nothing where no baseline was given. */
export function baselineSection(report: Report): Html | false {
  const { baseline } = report;
  if (baseline === null) return false;
  const linkTo = channelLinks(report);
  const { state, differences, approvedChannels, notCompared } = baseline;
  return html`<section aria-labelledby="baseline">
    <h2 id="baseline">Compared with the approved version</h2>
    <div class="card">
      <p><strong>${STATE_WORDS[state]}.</strong> ${baseline.sentence}</p>
      ${
        differences.length > 0 &&
        html`<table>
          <thead>
            <tr>
              <th scope="col" class="short">Difference</th>
              <th scope="col">What was measured</th>
              <th scope="col" class="short">Verdict</th>
            </tr>
          </thead>
          <tbody>
            ${differences.map(
              (one) =>
                html`<tr>
                  <td class="short">${linkTo(one.channel, one.kind.replaceAll('-', ' '))}</td>
                  <td>${one.sentence}</td>
                  <td class="short">${one.decides ? 'decides' : 'is told only'}</td>
                </tr>`,
            )}
          </tbody>
        </table>`
      }
      ${
        approvedChannels.length > 0 &&
        html`<ul class="plain">
          ${approvedChannels.map((one) => html`<li>${linkTo(one.channel, one.channel)}: ${one.sentence}</li>`)}
        </ul>`
      }
      ${state === 'matched' && differences.length === 0 && html`<p>Nothing departs from what was approved.</p>`}
      ${
        notCompared.length > 0 &&
        html`<p class="soft">Not compared:</p>
          <ul class="plain">
            ${notCompared.map((one) => html`<li>${one}</li>`)}
          </ul>`
      }
      ${
        baseline.reportDigest !== null &&
        html`<p class="soft">
          Approved report
          <span class="mono" title="${baseline.reportDigest}">sha256 ${shortDigest(baseline.reportDigest)}</span>
        </p>`
      }
    </div>
  </section>`;
}
