import type { SubmissionView } from '../../contract/api.ts';
import { mayActAs, type Actor } from '../../contract/person.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { appCell, shortened, submitterOf } from './app-cell.ts';
import { effectBadge, verdictBadge } from './badge.ts';
import { cell, empty, list } from './list.ts';
import type { SignedIn } from './visit.ts';

/** Where the whole list stands. */
export const WAITING_PATH = '/submissions?review=waiting';

/**
 * Finished submissions that wait for a reviewer. Whoever submitted first is decided about first, whatever the verdict:
 * what waits is not on the allowlist, so a doubtful app does no harm by waiting, while putting the doubtful ones first
 * would leave those who wait for a plain yes at the end for ever. The verdict stands in each row for who picks by it.
 */
export function waitingList(visit: SignedIn, submissions: readonly SubmissionView[]): Html {
  return list(
    `Waiting for review, oldest first: ${plural(submissions.length, 'row')}`,
    ['App', 'Verdict', 'Review', 'By', 'Submitted'].map((name) => ({ name })),
    submissions.map(
      (one) =>
        html`<tr>
          ${appCell(one, one.report === null ? undefined : `/reports/${one.report}`)}
          ${cell('Verdict', one.verdict === null ? html`<span class="soft">–</span>` : verdictBadge(one.verdict))}
          ${cell('Review', standing(one.review, visit.actor))} ${cell('By', submitterOf(one))}
          ${cell('Submitted', moment(one.createdAt, visit.now))}
        </tr>`,
    ),
  );
}

/** Where nothing waits: why, and what to do next. */
export function nothingWaits(visit: SignedIn): Html {
  return empty(
    'Nothing waits for review',
    html`${
        mayActAs(visit.actor, 'reviewer')
          ? 'A finished run appears here until a reviewer approves or rejects its newest report.'
          : 'Every finished run of yours was decided about.'
      }<br /><a class="button" href="/submissions">Show all submissions</a>
      <a class="button" href="/submit">Submit an app</a>`,
  );
}

/** What was said so far, and whether the word that is missing is the visitor's to give. */
function standing(review: SubmissionView['review'], actor: Actor): Html {
  if (review === null || (review.state === 'undecided' && !review.asked)) {
    return html`<span class="soft">nobody yet</span>`;
  }
  const { state, asked, by } = review;
  return html`${state === 'waits-for-second' && effectBadge(state)} ${asked && effectBadge('noted')}
  ${state === 'waits-for-second' && by !== null && html`<span class="sub">${whoseTurn(by, actor)}</span>`}`;
}

function whoseTurn(by: { readonly person: string; readonly name: string }, actor: Actor): string {
  if (by.person === actor.person) return 'you approved it: the second word is another person’s';
  const first = `${shortened(by.name, 60)} approved it`;
  return mayActAs(actor, 'reviewer') ? `${first}: the second word may be yours` : first;
}
