import type { AuditEntry } from '../../contract/audit.ts';
import { plural, shortDigest } from '../format.ts';
import { html, type Html } from '../html.ts';
import { moment } from '../moment.ts';
import { shortened } from './app-cell.ts';
import { csrfField } from './form.ts';
import { framed } from './frame.ts';
import { cell, empty, list, pager, type Stretch } from './list.ts';
import type { SignedIn } from './visit.ts';

/** How the check of the chain ended. */
export type Checked = { readonly entries: number; readonly head: string } | { readonly broken: string };

/** `/audit`: every act, newest first; each entry holds the hash of the one before it. */
export function auditPage(
  visit: SignedIn,
  found: Stretch<AuditEntry>,
  query: URLSearchParams,
  checked: Checked | null = null,
): string {
  const body = html`<div class="head">
      <div>
        <h1>Audit log</h1>
        <p class="soft">
          Append-only; each entry carries the hash of the one before it, so none can be changed unseen.
        </p>
      </div>
      <form class="inline" method="post" action="/audit/verify">
        ${csrfField(visit.csrf)}<button>Verify the chain</button>
      </form>
    </div>
    ${checked !== null && outcome(checked)}
    ${
      found.items.length === 0
        ? empty('Nothing was done yet', 'Every sign-in, submission, review and change appears here.')
        : list(
            `Acts, newest first: ${plural(found.items.length, 'row')}`,
            ['No.', 'When', 'Who', 'Act', 'Of', 'Detail', 'Hash'].map((name) => ({ name })),
            found.items.map((one) => row(one, visit.now)),
          )
    }
    ${pager('/audit', query, found.next)}`;
  return framed(visit, { title: 'Audit log', body });
}

function outcome(checked: Checked): Html {
  return 'broken' in checked
    ? html`<div class="alert" role="alert">
        <h2>The chain is broken</h2>
        <p>${checked.broken}</p>
        <p>Keep the ledger as it is, and compare it with a backup before anybody goes on working with it.</p>
      </div>`
    : html`<p class="flash" role="status">
        The chain is whole: ${plural(checked.entries, 'entry', 'entries')}, head
        <span class="mono" title="${checked.head}">${shortDigest(checked.head)}</span>. Keep the head elsewhere to
        notice a log that was cut short.
      </p>`;
}

function row(entry: AuditEntry, now: Date): Html {
  const { name } = entry.detail;
  return html`<tr>
    <th scope="row">${entry.seq}</th>
    ${cell('When', moment(entry.at, now))}
    ${cell('Who', html`${typeof name === 'string' ? shortened(name, 60) : ''} <span class="sub">${shortened(entry.who, 80)}</span>`)}
    ${cell('Act', html`<span class="short">${shortened(entry.act.replaceAll('-', ' '), 60)}</span>`)}
    ${cell('Of', subject(entry.subject))}
    ${cell('Detail', html`<span class="cut soft">${details(entry.detail)}</span>`)}
    ${cell('Hash', html`<span class="mono short" title="${entry.hash}">${shortDigest(entry.hash)}</span>`)}
  </tr>`;
}

function subject(id: string | null): Html {
  if (id === null) return html`–`;
  if (id.startsWith('sub-')) return html`<a href="/submissions/${encodeURIComponent(id)}">${shortened(id, 80)}</a>`;
  if (id.startsWith('report-')) return html`<a href="/reports/${encodeURIComponent(id)}">${shortened(id, 80)}</a>`;
  return html`${shortened(id, 120)}`;
}

function details(detail: AuditEntry['detail']): string {
  const rest = Object.entries(detail).filter(([key]) => key !== 'name');
  return shortened(
    rest.map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · '),
    400,
  );
}
