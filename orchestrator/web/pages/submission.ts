import type { ReportView, SubmissionView } from '../../contract/api.ts';
import { mayActAs } from '../../contract/person.ts';
import type { Review } from '../../contract/review.ts';
import type { listDeliveries } from '../../store/deliveries.ts';
import { plural, shortDigest, size } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { appName, shortened, submitterOf } from './app-cell.ts';
import { effectBadge, ENDED, stateBadge, verdictBadge } from './badge.ts';
import { csrfField } from './form.ts';
import { framed } from './frame.ts';
import { cell, list } from './list.ts';
import type { Live } from './live.ts';
import { liveSection, screensSection } from './live-section.ts';
import { explained } from './remedy.ts';
import { stepper } from './stepper.ts';
import type { SignedIn } from './visit.ts';

/** A callback with every try to make it. */
type LoggedDelivery = Awaited<ReturnType<typeof listDeliveries>>[number];

export interface SubmissionParts {
  readonly submission: SubmissionView;
  readonly live: Live;
  readonly reports: readonly ReportView[];
  readonly reviews: readonly Review[];
  readonly deliveries: readonly LoggedDelivery[];
}

/** `/submissions/:id`: the run as it happens, and afterwards where its reports are. */
export function submissionPage(visit: SignedIn, parts: SubmissionParts): string {
  const { submission, live, reports } = parts;
  const ended = ENDED.includes(submission.state);
  const name = appName(submission);
  const watched = live.last !== null && (live.destinations.length > 0 || live.phases.length > 0);
  const body = html`<p class="crumbs"><a href="/submissions">Submissions</a> › ${submission.id}</p>
    <div id="standing">
      <div class="head">
        <div>
          <h1>${name} ${stateBadge(submission.state)}</h1>
          <p class="soft">
            ${shortened(submission.package ?? 'not inspected yet', 255)} ${shortened(submission.versionName ?? '', 60)}
            ${submission.versionCode !== null && `(${submission.versionCode})`} · submitted
            ${moment(submission.createdAt, visit.now)} by ${submitterOf(submission)}
          </p>
        </div>
        ${actions(visit, submission, ended)}
      </div>
      ${stepper(submission.state, live.stages)} ${faultBox(submission)} ${outcome(reports[0])}
    </div>
    ${(!ended || watched) && liveSection(submission, live, ended)}
    ${(!ended || live.screens.length > 0) && screensSection(submission.id, live)}
    <div class="two-columns after">
      ${orderSection(submission)}
      <div class="stack">
        <div id="reports-part">${reportsSection(visit, parts)}</div>
        ${deliveriesSection(visit, parts)}
      </div>
    </div>`;
  return framed(visit, {
    title: `${name}: ${submission.state}`,
    body,
    ...(ended ? {} : { scripts: ['live.js'] as const, refreshSeconds: 10 }),
  });
}

function actions(visit: SignedIn, { id, state }: SubmissionView, ended: boolean): Html {
  const again = html`<form class="inline" method="post" action="/submissions/${id}/again">
    ${csrfField(visit.csrf)}<button>Run again</button>
  </form>`;
  if (!ended) {
    return html`<div class="actions">
      <details class="ask">
        <summary class="button danger">Cancel…</summary>
        <form method="post" action="/submissions/${id}/cancel">
          ${csrfField(visit.csrf)}
          <p>
            ${state === 'crashed' ? 'The run is not taken up again.' : 'The run ends and its device is cleaned.'} What
            was seen so far is not judged.
          </p>
          <button class="danger">Cancel this submission</button>
        </form>
      </details>
    </div>`;
  }
  return html`<div class="actions">
    ${again}
    ${
      state === 'done' &&
      mayActAs(visit.actor, 'admin') &&
      html`<form class="inline" method="post" action="/submissions/${id}/reassess">
        ${csrfField(visit.csrf)}<button>Judge again</button>
      </form>`
    }
  </div>`;
}

function faultBox({ fault, state }: SubmissionView): Html | false {
  if (fault === null || state === 'cancelled') return false;
  const { meaning, remedy } = explained(fault.code);
  return html`<div class="alert ${state === 'crashed' && 'mild'}" role="note">
    <h2>${meaning}</h2>
    <p>${shortened(fault.detail, 1000)} <span class="mono">(${fault.code})</span></p>
    <p>
      <strong>What to do:</strong>
      ${state === 'crashed' ? 'Nothing yet: the run is taken up again by itself. Cancel it if you do not want to wait.' : remedy}
    </p>
  </div>`;
}

function outcome(report: ReportView | undefined): Html | false {
  if (report === undefined) return false;
  return html`<div class="card">
    <div class="head">
      <div>
        ${verdictBadge(report.verdict)}
        <p class="lead">${shortened(report.sentence, 1000)}</p>
      </div>
      <a class="button primary" href="/reports/${report.id}">Open the report</a>
    </div>
  </div>`;
}

function orderSection({ files, options, urgency, callbackUrl, function: declared }: SubmissionView): Html {
  return html`<section aria-labelledby="order">
    <h2 id="order">What was asked for</h2>
    <div class="card">
      <dl class="rows">
        ${files.map(
          (file) =>
            html`<dt>File</dt>
              <dd class="plainly">
                ${shortened(file.fileName, 200)} <span class="soft">${size(file.sizeBytes)}</span><br />
                <a class="mono soft" href="/submissions?sha256=${file.sha256}" title="${file.sha256}"
                  >sha256 ${shortDigest(file.sha256)}</a
                >
              </dd>`,
        )}
        ${fact('Function', options.function ?? (declared === null ? 'as the manifest declares it' : `${declared}, by the manifest`))}
        ${fact('Device class', options.device)} ${fact('Device minutes', options.minutes)} ${fact('Seed', options.seed)}
        ${fact('Clock', `× ${options.clockRate}`)} ${fact('Way out', options.egress)} ${fact('Urgency', urgency)}
        ${options.note !== null && fact('Note', options.note)} ${callbackUrl !== null && fact('Callback', callbackUrl)}
      </dl>
    </div>
  </section>`;
}

function fact(name: string, value: string | number): Html {
  return html`<dt>${name}</dt>
    <dd class="plainly">${value}</dd>`;
}

function reportsSection(visit: SignedIn, { reports, reviews, submission }: SubmissionParts): Html {
  return html`<section aria-labelledby="reports">
    <h2 id="reports">Reports</h2>
    ${
      reports.length === 0
        ? html`<p class="soft">
            ${ENDED.includes(submission.state) ? 'This run ended without a report.' : 'The report comes when the run has been judged.'}
          </p>`
        : list(
            plural(reports.length, 'report'),
            [{ name: 'Judged' }, { name: 'Verdict' }, { name: 'Reviews' }],
            reports.map(
              (report, index) =>
                html`<tr>
                  <th scope="row">
                    <a href="/reports/${report.id}">${moment(report.createdAt, visit.now)}</a>
                    <span class="sub"
                      >${index === 0 ? 'newest' : 'earlier'}, engine ${report.engineVersion ?? 'of before'}</span
                    >
                    ${index > 0 && html`<a class="sub" href="/reports/${report.id}/compare/${reports[0]!.id}">compare with the newest</a>`}
                  </th>
                  ${cell('Verdict', verdictBadge(report.verdict))}
                  ${cell(
                    'Reviews',
                    reviews.filter((review) => review.report === report.id).map((review) => effectBadge(review.effect)),
                  )}
                </tr>`,
            ),
          )
    }
  </section>`;
}

function deliveriesSection(visit: SignedIn, { deliveries, submission }: SubmissionParts): Html | false {
  if (submission.callbackUrl === null && deliveries.length === 0) return false;
  return html`<section aria-labelledby="deliveries">
    <h2 id="deliveries">Callbacks</h2>
    ${
      deliveries.length === 0
        ? html`<p class="soft">The callback is sent when the submission ends.</p>`
        : html`<ul class="reviews card">
            ${deliveries.map((one) => deliveryItem(one, visit.now))}
          </ul>`
    }
  </section>`;
}

const DELIVERY_WORDS = { waiting: 'not taken yet', delivered: 'taken', 'given-up': 'given up' } as const;

function deliveryItem({ event, url, state, nextAt, log }: LoggedDelivery, now: Date): Html {
  return html`<li>
    <strong>${event}</strong>
    ${DELIVERY_WORDS[state]}${state === 'waiting' && nextAt !== null && html`; next try ${moment(nextAt, now)}`}
    <span class="sub soft">${shortened(url, 200)}</span>
    ${
      log.length > 0 &&
      html`<details>
        <summary>${plural(log.length, 'try', 'tries')}</summary>
        <ol class="plain">
          ${log.map(({ at, status, error }) => html`<li>${moment(at, now)}: ${error === null ? `answered ${status ?? '–'}` : shortened(error, 300)}</li>`)}
        </ol>
      </details>`
    }
  </li>`;
}
