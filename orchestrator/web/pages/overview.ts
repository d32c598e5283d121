import type { SubmissionView } from '../../contract/api.ts';
import type { Device } from '../../contract/device.ts';
import type { Submission } from '../../contract/job.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { appCell, submitterOf } from './app-cell.ts';
import { RUNNING, stateBadge, verdictBadge } from './badge.ts';
import { framed } from './frame.ts';
import { cell, empty, list } from './list.ts';
import type { SignedIn } from './visit.ts';
import { waitingList, WAITING_PATH } from './waiting.ts';

export interface Overview {
  readonly counts: Readonly<Partial<Record<Submission['state'], number>>>;
  readonly running: readonly SubmissionView[];
  readonly waiting: readonly SubmissionView[];
  readonly recent: readonly SubmissionView[];
  /** What has waited longest for a reviewer; null for who may not review. */
  readonly toReview: readonly SubmissionView[] | null;
  readonly devices: readonly Device[];
}

/** `/`: what a reviewer has to decide, what runs, what waits, what ended last. */
export function overviewPage(visit: SignedIn, overview: Overview): string {
  const { counts, running, waiting, recent, toReview, devices } = overview;
  const count = (...states: readonly Submission['state'][]) =>
    states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const body = html`<div class="head">
      <h1>Overview</h1>
      <div class="actions"><a class="button primary" href="/submit">Submit an app</a></div>
    </div>
    <div id="fresh" data-refresh-seconds="10">
      <ul class="tiles" aria-label="Counts">
        ${toReview !== null && tile(visit.toReview ?? toReview.length, 'to review', WAITING_PATH)}
        ${tile(count(...RUNNING), 'running', '/submissions?state=running')}
        ${tile(count('queued'), 'waiting', '/submissions?state=queued')}
        ${tile(count('done'), 'done', '/submissions?state=done')}
        ${tile(count('failed', 'crashed'), 'failed', '/submissions?state=failed')} ${deviceTile(devices)}
      </ul>
      ${
        running.length + waiting.length + recent.length === 0
          ? empty(
              'Nothing was submitted yet',
              html`Submit an APK and its run appears here.<br /><a class="button" href="/submit">Submit an app</a>`,
            )
          : html`${toReview !== null && reviewPart(visit, toReview)}
            ${part('Running', running, visit.now, 'Nothing runs at the moment.')}
            ${part('Waiting', waiting, visit.now, 'Nothing waits: the next submission starts at once.')}
            ${part('Ended last', recent, visit.now, 'No run has ended yet.')}`
      }
    </div>`;
  return framed(visit, { title: 'Overview', body, refreshSeconds: 15 });
}

function tile(value: number, words: string, href: string): Html {
  return html`<li>
    <a href="${href}"><b>${value}</b>${words}</a>
  </li>`;
}

function deviceTile(devices: readonly Device[]): Html {
  const here = devices.filter(({ state }) => state !== 'gone');
  const busy = here.filter(({ state }) => state === 'busy').length;
  const held = here.filter(({ state }) => state === 'quarantined').length;
  return html`<li>
    <a href="/devices"
      ><b>${busy}/${here.length}</b
      >${here.length === 0 ? 'no device: start a worker' : 'devices busy'}${held > 0 && `, ${held} in quarantine`}</a
    >
  </li>`;
}

function reviewPart(visit: SignedIn, submissions: readonly SubmissionView[]): Html {
  const more = (visit.toReview ?? 0) - submissions.length;
  return html`<section aria-labelledby="part-to-review" class="to-review">
    <h2 id="part-to-review">To review</h2>
    ${
      submissions.length === 0
        ? html`<p class="soft">Nothing waits for a decision: a run appears here when its report is there.</p>`
        : waitingList(visit, submissions)
    }
    ${more > 0 && html`<p class="after"><a href="${WAITING_PATH}">${more} more, oldest first</a></p>`}
  </section>`;
}

function part(title: string, submissions: readonly SubmissionView[], now: Date, otherwise: string): Html {
  const id = `part-${title.toLowerCase().replaceAll(' ', '-')}`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${
      submissions.length === 0
        ? html`<p class="soft">${otherwise}</p>`
        : list(
            `${title}: ${plural(submissions.length, 'submission')}`,
            [{ name: 'App' }, { name: 'State' }, { name: 'Verdict' }, { name: 'By' }, { name: 'Changed' }],
            submissions.map((one) => submissionRow(one, now)),
          )
    }
  </section>`;
}

/** A submission in a list. */
export function submissionRow(one: SubmissionView, now: Date): Html {
  return html`<tr>
    ${appCell(one)} ${cell('State', stateBadge(one.state))}
    ${cell('Verdict', one.verdict === null ? html`<span class="soft">–</span>` : verdictBadge(one.verdict))}
    ${cell('By', submitterOf(one))} ${cell('Changed', moment(one.updatedAt, now))}
  </tr>`;
}
