import type { SubmissionView } from '../../contract/api.ts';
import { mayActAs } from '../../contract/person.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { appCell, submitterOf } from './app-cell.ts';
import { stateBadge, verdictBadge } from './badge.ts';
import { framed } from './frame.ts';
import { optionList } from './form.ts';
import { cell, empty, list, pager, type Stretch } from './list.ts';
import type { SignedIn } from './visit.ts';
import { nothingWaits, waitingList, WAITING_PATH } from './waiting.ts';

const STATES = [
  { value: '', title: 'any state' },
  { value: 'running', title: 'running' },
  { value: 'queued', title: 'waiting' },
  { value: 'done', title: 'done' },
  { value: 'failed', title: 'failed or interrupted' },
  { value: 'cancelled', title: 'cancelled' },
];

const VERDICTS = [
  { value: '', title: 'any verdict' },
  ...['consistent', 'inconsistent', 'inconclusive'].map((value) => ({ value, title: value })),
];

const TEXTS = [
  { name: 'text', label: 'Text', hint: 'label or package', wide: true },
  { name: 'package', label: 'Package', hint: 'org.example' },
  { name: 'host', label: 'Host', hint: 'cdn.example' },
  { name: 'certificate', label: 'Certificate', hint: 'SHA-256' },
];

/** `/submissions`: every submission that the visitor may see, filtered by what stands in the address. */
export function submissionsPage(visit: SignedIn, found: Stretch<SubmissionView>, query: URLSearchParams): string {
  const waits = query.get('review') === 'waiting';
  const narrowed = ['state', 'verdict', 'sha256', ...TEXTS.map(({ name }) => name)].some((name) => query.get(name));
  const title = waits ? 'Waiting for review' : 'Submissions';
  const body = html`<div class="head">
      <h1>${title}</h1>
      <div class="actions"><a class="button primary" href="/submit">Submit an app</a></div>
    </div>
    ${tabs(waits)} ${filters(query, narrowed, waits)} ${rowsOrNone(visit, found.items, { narrowed, waits })}
    ${pager('/submissions', query, found.next, waits ? { first: 'Oldest', more: 'Newer' } : undefined)}`;
  return framed(visit, {
    title: narrowed && !waits ? 'Submissions found' : title,
    body,
    ...(waits && mayActAs(visit.actor, 'reviewer') ? { place: WAITING_PATH } : {}),
  });
}

function rowsOrNone(
  visit: SignedIn,
  items: readonly SubmissionView[],
  { narrowed, waits }: { readonly narrowed: boolean; readonly waits: boolean },
): Html {
  if (items.length === 0) return waits && !narrowed ? nothingWaits(visit) : nothing(narrowed);
  if (waits) return waitingList(visit, items);
  return list(
    `Submissions, newest first: ${plural(items.length, 'row')}`,
    ['App', 'State', 'Verdict', 'Function', 'By', 'Submitted', 'Report'].map((name) => ({ name })),
    items.map((one) => row(one, visit.now)),
  );
}

/** All of them, or those that wait for a reviewer; the filters below narrow either. */
function tabs(waits: boolean): Html {
  const current = html` aria-current="page"`;
  return html`<nav class="kinds" aria-label="Kinds of submissions">
    <ul class="line-links">
      <li><a href="/submissions" ${!waits && current}>All</a></li>
      <li><a href="${WAITING_PATH}" ${waits && current}>Waiting for review</a></li>
    </ul>
  </nav>`;
}

function filters(query: URLSearchParams, filtered: boolean, waits: boolean): Html {
  return html`<form class="filters" method="get" action="/submissions" aria-label="Filter submissions">
    ${waits && html`<input type="hidden" name="review" value="waiting" />`}
    ${TEXTS.map(
      ({ name, label, hint, wide }) =>
        html`<label class="${wide === true ? 'wide' : ''}"
          >${label}
          <input name="${name}" value="${query.get(name)}" placeholder="${hint}" maxlength="200" autocomplete="off"
        /></label>`,
    )}
    <label
      >State
      <select name="state">
        ${optionList(STATES, query.get('state') ?? '')}
      </select></label
    >
    <label
      >Verdict
      <select name="verdict">
        ${optionList(VERDICTS, query.get('verdict') ?? '')}
      </select></label
    >
    <span class="actions">
      <button>Filter</button>
      ${filtered && html`<a class="button" href="${waits ? WAITING_PATH : '/submissions'}">Clear</a>`}
    </span>
  </form>`;
}

function nothing(filtered: boolean): Html {
  return filtered
    ? empty(
        'No submission matches',
        html`Packages match from their beginning, hosts as a whole or by their domain, certificates by their whole
          SHA-256.<br /><a class="button" href="/submissions">Show all</a>`,
      )
    : empty(
        'Nothing was submitted yet',
        html`Submit an APK to see how it behaves while nobody uses it.<br /><a class="button" href="/submit"
            >Submit an app</a
          >`,
      );
}

function row(one: SubmissionView, now: Date): Html {
  return html`<tr>
    ${appCell(one)} ${cell('State', stateBadge(one.state))}
    ${cell('Verdict', one.verdict === null ? html`<span class="soft">–</span>` : verdictBadge(one.verdict))}
    ${cell('Function', one.function ?? html`<span class="soft">–</span>`)} ${cell('By', submitterOf(one))}
    ${cell('Submitted', moment(one.createdAt, now))}
    ${cell('Report', one.report === null ? html`<span class="soft">–</span>` : html`<a href="/reports/${one.report}">open</a>`)}
  </tr>`;
}
