import type { ReportView } from '../../contract/api.ts';
import { mayActAs } from '../../contract/person.ts';
import type { Report } from '../../contract/report.ts';
import type { Allowance, Review } from '../../contract/review.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { reportSections } from '../report/page.ts';
import { shortened } from './app-cell.ts';
import { effectBadge } from './badge.ts';
import type { Typed } from './form.ts';
import { framed } from './frame.ts';
import { reviewSection } from './review-section.ts';
import type { SignedIn } from './visit.ts';

export interface ReportParts {
  readonly view: ReportView;
  readonly report: Report;
  /** Newest first. */
  readonly reviews: readonly Review[];
  /** The version of this package that is allowed now. */
  readonly allowance: Allowance | null;
  /** Other reports of the submission, newest first. */
  readonly others: readonly ReportView[];
  readonly typed: Typed;
}

const PARTS = [
  ['beats', 'Beats'],
  ['findings', 'Findings'],
  ['baseline', 'Approved version'],
  ['channels', 'Channels'],
  ['push', 'Pushes'],
  ['gaps', 'Blind spots'],
  ['playbook', 'What to do'],
  ['questions', 'Questions'],
  ['provenance', 'Provenance'],
  ['review', 'Review'],
] as const;

/** `/reports/:id`: the report with its downloads, what it is compared with, and the place to judge it. */
export function reportViewPage(visit: SignedIn, parts: ReportParts): string {
  const { view, report } = parts;
  const name = report.sample.label ?? report.sample.package;
  const sections = reportSections(report);
  const body = html`<p class="crumbs">
      <a href="/submissions">Submissions</a> › <a href="/submissions/${view.submission}">${view.submission}</a> › report
    </p>
    ${actionBar(visit, parts)}
    <nav class="tabs" aria-label="Parts of the report">
      <ul class="line-links">
        ${PARTS.filter(([id]) => id === 'review' || sections.text.includes(`id="${id}"`)).map(
          ([id, title]) => html`<li><a href="#${id}">${title}</a></li>`,
        )}
      </ul>
    </nav>
    <div id="report" data-questions="${JSON.stringify(report.questions)}">${sections}</div>
    ${comparisons(parts)} ${reviewSection(visit, parts)}`;
  return framed(visit, {
    title: `${report.verdict}: ${name}`,
    body,
    scripts: ['plots.js'],
    notice: report.notice,
  });
}

function actionBar(visit: SignedIn, { view, reviews }: ReportParts): Html {
  const latest = reviews[0];
  return html`<div class="head">
    <p>
      ${
        latest === undefined
          ? html`<span class="badge open"><span aria-hidden="true">◆ </span>not reviewed</span>`
          : html`${effectBadge(latest.effect)}
              <span class="soft">by ${latest.by.name}, ${moment(latest.at, visit.now)}</span>`
      }
      ${mayActAs(visit.actor, 'reviewer') && html`<a href="#review">${latest === undefined ? 'Review it' : 'Add a review'}</a>`}
    </p>
    <div class="actions" role="group" aria-label="Downloads">
      <a class="button small" href="/api/v1/reports/${view.id}?format=json" download="report.json">JSON</a>
      <a class="button small" href="/api/v1/reports/${view.id}?format=html">Page alone</a>
      <a class="button small" href="/api/v1/reports/${view.id}?format=pdf" download="report.pdf">PDF</a>
      ${view.bundle !== null && html`<a class="button small" href="/api/v1/reports/${view.id}/bundle" download>Evidence</a>`}
    </div>
  </div>`;
}

function comparisons({ view, others, allowance }: ReportParts): Html | false {
  const earlier = others.filter((one) => one.id !== view.id);
  const approved = allowance !== null && allowance.report !== view.id ? allowance : null;
  if (earlier.length === 0 && approved === null) return false;
  return html`<section aria-labelledby="compare">
    <h2 id="compare">Compare</h2>
    <div class="card">
      <ul class="plain">
        ${
          approved !== null &&
          html`<li>
            <a href="/reports/${approved.report}/compare/${view.id}">with the approved version</a>
            <span class="soft"
              >${shortened(approved.versionName ?? '', 60)}
              ${approved.versionCode !== null && `(${approved.versionCode})`}, approved by
              ${approved.approvedBy.map((one) => one.name).join(' and ')}</span
            >
          </li>`
        }
        ${earlier.map(
          (one) =>
            html`<li>
              <a href="/reports/${one.id}/compare/${view.id}"
                >with the report of ${one.createdAt.slice(0, 16).replace('T', ' ')} UTC</a
              >
              <span class="soft">of the same submission: ${one.verdict}</span>
            </li>`,
        )}
      </ul>
    </div>
  </section>`;
}
