import type { Finding, Pointer, Report } from '../../contract/report.ts';
import { html, type Html, type Part } from '../html.ts';
import { beatsByLine } from './beats.ts';
import { channelLinks } from './shown.ts';

const MOST_LINES = 6;

export function findingsSection(report: Report): Html {
  const rows = beatsByLine(report);
  const linkTo = channelLinks(report);
  return html`<section aria-labelledby="findings">
    <h2 id="findings">Findings</h2>
    <div class="card">
      ${
        report.findings.length === 0
          ? html`<p>No departure from the declared function was measured.</p>`
          : html`<ol class="findings">
              ${report.findings.map((finding) => findingItem(finding, rows, linkTo))}
            </ol>`
      }
    </div>
  </section>`;
}

function findingItem(
  finding: Finding,
  rows: ReadonlyMap<number, string>,
  linkTo: ReturnType<typeof channelLinks>,
): Html {
  return html`<li id="finding-${finding.id}">
    <strong>${finding.title}.</strong> ${finding.sentence}
    ${finding.channel !== null && linkTo(finding.channel, 'its beats')}
    ${finding.evidence.map((pointer) => html` <span class="soft">· ${pointer.text} (<span class="mono">${pointer.file}</span>${lineLinks(pointer, rows)})</span>`)}
  </li>`;
}

/** "lines 4, 9, 12 and 40 more": enough to follow, short enough to read; each leads to its session's row in the page. */
function lineLinks({ file, lines }: Pointer, rows: ReadonlyMap<number, string>): Part {
  if (lines.length === 0) return '';
  const more = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map((line, index) => {
    const row = file === 'capture.ndjson' ? rows.get(line) : undefined;
    return html`${index > 0 && ', '}${row === undefined ? line : html`<a href="#${row}">${line}</a>`}`;
  });
  return html` ${lines.length === 1 ? 'line' : 'lines'} ${shown}${more > 0 && ` and ${more} more`}`;
}

/** The sentence says the result in words; the sign lets the eye find those that explain something. */
const RESULT_SIGN = { explains: '✓', 'ruled-out': '✗', unlikely: '~', 'not-testable': '?' } as const;

export function benignSection(report: Report): Html {
  return html`<section aria-labelledby="benign">
    <h2 id="benign">Benign explanations tested</h2>
    <div class="card">
      <dl class="rows">
        ${report.benignExplanations.map(
          (one) =>
            html`<dt>${one.name}</dt>
              <dd><strong>${RESULT_SIGN[one.result]}</strong> ${one.sentence}</dd>`,
        )}
      </dl>
      ${report.benignExplanations.length === 0 && html`<p>Nothing was found that would need one.</p>`}
    </div>
  </section>`;
}
