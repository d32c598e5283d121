import type { Report } from '../../contract/report.ts';
import { html, trusted, type Html } from '../html.ts';
import { baselineSection } from './baseline.ts';
import { benignSection, findingsSection } from './findings.ts';
import { channelDetails } from './channel.ts';
import { declaredSection, topSection } from './top.ts';
import { gapsSection } from './gaps.ts';
import { nextSteps, provenanceSection } from './closing.ts';
import { pushSection } from './push.ts';
import { rasterSection } from './raster.ts';
import { REPORT_STYLE } from './style.ts';

/** Everything that a report says, in the order in which it is read. */
export function reportSections(report: Report): Html {
  return html`${topSection(report)} ${declaredSection(report)} ${rasterSection(report)}
  ${
    (report.findings.length > 0 || report.benignExplanations.length > 0) &&
    html`<div class="pair">
      <div>${findingsSection(report)}</div>
      <div>${benignSection(report)}</div>
    </div>`
  }
  ${baselineSection(report)} ${channelDetails(report)} ${pushSection(report)} ${gapsSection(report)}
  ${nextSteps(report)} ${provenanceSection(report)}`;
}

/**
 * report.html: one self-contained page without scripts or outside resources. Every string of the sample is escaped;
 * the content security policy forbids whatever an escape could have missed.
 */
export function reportPage(report: Report): string {
  const title = `${report.verdict}: ${report.sample.label ?? report.sample.package}`;
  const page: Html = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="referrer" content="no-referrer" />
        <title>${title} – sleeptalk</title>
        <style>
          ${trusted(REPORT_STYLE)}
        </style>
      </head>
      <body>
        ${report.notice !== null && html`<aside class="notice" aria-label="Notice"><span>${report.notice}</span></aside>`}
        <main>
          ${reportSections(report)}
          <footer>
            sleeptalk ${report.engine.version}. Three outcomes only: consistent, inconsistent, inconclusive. This page
            carries no script and loads nothing.
          </footer>
        </main>
      </body>
    </html>`;
  return `${page.text}\n`;
}
