import type { Allowance } from '../../contract/review.ts';
import { plural, shortDigest } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { shortened } from './app-cell.ts';
import { allowanceBadge, verdictBadge } from './badge.ts';
import { optionList } from './form.ts';
import { framed } from './frame.ts';
import { cell, empty, list, pager, type Stretch } from './list.ts';
import type { SignedIn } from './visit.ts';

const STATES = [
  { value: '', title: 'any state' },
  ...['active', 'expired', 'replaced', 'ended'].map((value) => ({ value, title: value })),
];

/** `/allowlist`: every approved version, newest first. */
export function allowlistPage(visit: SignedIn, found: Stretch<Allowance>, query: URLSearchParams): string {
  const filtered = Boolean(query.get('text') ?? query.get('state'));
  const body = html`<div class="head">
      <h1>Allowlist</h1>
      <div class="actions">
        <a class="button small" href="/api/v1/allowlist?format=csv" download>CSV</a>
        <a class="button small" href="/api/v1/allowlist?format=json" download="allowlist.json">JSON</a>
      </div>
    </div>
    <form class="filters" method="get" action="/allowlist" aria-label="Filter the allowlist">
      <label class="wide"
        >Text
        <input
          name="text"
          value="${query.get('text')}"
          placeholder="label or package"
          maxlength="200"
          autocomplete="off"
      /></label>
      <label
        >State
        <select name="state">
          ${optionList(STATES, query.get('state') ?? '')}
        </select></label
      >
      <span class="actions">
        <button>Filter</button> ${filtered && html`<a class="button" href="/allowlist">Clear</a>`}
      </span>
    </form>
    ${
      found.items.length === 0
        ? nothing(filtered)
        : list(
            `Approved versions, newest first: ${plural(found.items.length, 'row')}`,
            ['App', 'State', 'Verdict', 'Function', 'Approved by', 'Since', 'Until', 'Signer'].map((name) => ({
              name,
            })),
            found.items.map((one) => row(one, visit.now)),
          )
    }
    ${pager('/allowlist', query, found.next)}`;
  return framed(visit, { title: 'Allowlist', body });
}

function nothing(filtered: boolean): Html {
  return filtered
    ? empty('No entry matches', html`<a class="button" href="/allowlist">Show all</a>`)
    : empty(
        'No version is approved yet',
        html`Open the report of a run and approve it: the version appears here, and its cadence becomes the baseline of
          later ones.<br /><a class="button" href="/submissions?state=done">Runs with a report</a>`,
      );
}

function row(one: Allowance, now: Date): Html {
  return html`<tr>
    <th scope="row">
      <a href="/allowlist/${encodeURIComponent(one.package)}">${shortened(one.label ?? one.package, 80)}</a>
      <span class="sub">${shortened(one.package, 120)} ${versionWords(one)}</span>
    </th>
    ${cell('State', allowanceBadge(one.state))}
    ${cell('Verdict', html`${verdictBadge(one.verdict)}${one.override && html` <span class="badge open">override</span>`}`)}
    ${cell('Function', one.function)} ${cell('Approved by', approvers(one))} ${cell('Since', moment(one.since, now))}
    ${cell('Until', one.until ?? html`<span class="soft">no end</span>`)}
    ${cell(
      'Signer',
      one.signers.map((digest) => html`<span class="mono short" title="${digest}">${shortDigest(digest)}</span> `),
    )}
  </tr>`;
}

export function versionWords({ versionName, versionCode }: Pick<Allowance, 'versionName' | 'versionCode'>): string {
  return [shortened(versionName ?? '', 60), versionCode === null ? '' : `(${versionCode})`].join(' ').trim();
}

export function approvers({ approvedBy }: Pick<Allowance, 'approvedBy'>): string {
  return approvedBy.map(({ name }) => name).join(' and ');
}
