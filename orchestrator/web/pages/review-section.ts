import { mayActAs } from '../../contract/person.ts';
import type { Report } from '../../contract/report.ts';
import type { Review } from '../../contract/review.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { effectBadge } from './badge.ts';
import { csrfField, field, problemSummary, reasonField, type Typed } from './form.ts';
import type { SignedIn } from './visit.ts';

interface Reviewed {
  readonly view: { readonly id: string };
  readonly report: Pick<Report, 'verdict'>;
  readonly reviews: readonly Review[];
  readonly typed: Typed;
}

const CHOICES = [
  { value: 'approve', title: 'Approve', what: 'its cadence becomes the baseline of later versions' },
  { value: 'reject', title: 'Reject', what: 'it stays off the allowlist' },
  { value: 'ask', title: 'Ask', what: 'the developer has to answer first' },
] as const;

/** What people said of a report, and the form to say more. A review is added, never changed. */
export function reviewSection(visit: SignedIn, { view, report, reviews, typed }: Reviewed): Html {
  return html`<section aria-labelledby="review" id="review-part">
    <h2 id="review">Review</h2>
    <div class="two-columns">
      <div class="card">
        ${
          reviews.length === 0
            ? html`<p class="soft">Nobody has reviewed this report yet.</p>`
            : html`<ol class="reviews" reversed>
                ${reviews.map((one) => reviewItem(visit, one))}
              </ol>`
        }
      </div>
      ${
        mayActAs(visit.actor, 'reviewer')
          ? html`<div class="card">
              ${problemSummary(typed)} ${overrideState(visit, report, reviews)} ${form(visit, view.id, report, typed)}
            </div>`
          : html`<p class="soft">Reviewers decide about reports; you are signed in as a ${visit.actor.role}.</p>`
      }
    </div>
  </section>`;
}

function reviewItem(visit: SignedIn, review: Review): Html {
  return html`<li>
    ${effectBadge(review.effect)} <strong>${review.by.name}</strong>
    <span class="soft"
      >${moment(review.at, visit.now)}${review.until !== null && `, counts until ${review.until}`}</span
    >
    ${review.override && html`<span class="badge open">override</span>`}
    <p>${review.reason}</p>
  </li>`;
}

/** An approval against the verdict takes two people: who has said yes so far, and who is missing. */
function overrideState(
  { actor }: SignedIn,
  { verdict }: Pick<Report, 'verdict'>,
  reviews: readonly Review[],
): Html | false {
  if (verdict === 'consistent') return false;
  // A question neither approves nor takes an approval back.
  const newest = reviews.find(({ effect }) => effect !== 'noted');
  if (newest?.effect === 'approved') {
    return html`<p class="alert mild">Approved against the verdict by two people: an override.</p>`;
  }
  if (newest?.effect !== 'waits-for-second') {
    return html`<p class="alert mild">
      The verdict is ${verdict}. To approve it all the same is an override: it counts when a second person approves too.
    </p>`;
  }
  return newest.by.person === actor.person
    ? html`<p class="alert mild">You have approved this override. It counts when another person approves it too.</p>`
    : html`<p class="alert mild">
        <strong>${newest.by.name}</strong> has approved this override. Yours would be the second approval: it then
        counts.
      </p>`;
}

function form(visit: SignedIn, report: string, { verdict }: Pick<Report, 'verdict'>, typed: Typed): Html {
  const chosen = typed.values['decision'] ?? '';
  return html`<form method="post" action="/reports/${report}/reviews#review">
    ${csrfField(visit.csrf)}
    <fieldset>
      <legend>Decision</legend>
      ${CHOICES.map(
        ({ value, title, what }) =>
          html`<label class="choice"
            ><input type="radio" name="decision" value="${value}" required ${chosen === value && html`checked`} />
            <span
              >${title}${value === 'approve' && verdict !== 'consistent' && ' (override)'}
              <span class="soft">${what}</span></span
            ></label
          >`,
      )}
      ${typed.problems['decision'] !== undefined && html`<p class="wrong">${typed.problems['decision']}</p>`}
    </fieldset>
    ${reasonField(typed, 'Whoever reads the record later should understand why.')}
    ${field(
      { name: 'until', label: 'Counts until', help: 'Last day of an approval, in UTC. Empty: no end.', typed },
      ({ id, name, value, described }) =>
        html`<input
          id="${id}"
          name="${name}"
          type="date"
          value="${value}"
          min="${visit.now.toISOString().slice(0, 10)}"
          ${described}
        />`,
    )}
    <button class="primary">Add the review</button>
  </form>`;
}
