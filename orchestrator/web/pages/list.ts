import { html, type Html, type Part } from '../html.ts';

/** A stretch of a list, newest first; `next` is the cursor of what comes after it. */
export interface Stretch<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface Column {
  readonly name: string;
  readonly number?: boolean;
}

/** A table whose rows the keys j and k walk through; on narrow screens each row is a block with its labels. */
export function list(caption: string, columns: readonly Column[], rows: readonly Html[]): Html {
  return html`<table class="list" data-walk>
    <caption class="unseen">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ name, number }) => html`<th scope="col" class="${number === true ? 'num' : ''}">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** A cell of such a table. */
export function cell(label: string, value: Part, kind: 'num' | 'text' = 'text'): Html {
  return kind === 'num'
    ? html`<td class="num" data-label="${label}">${value}</td>`
    : html`<td data-label="${label}">${value}</td>`;
}

/** What stands where a list has nothing: why, and what to do next. */
export function empty(title: string, advice: Part): Html {
  return html`<div class="card empty"><b>${title}</b>${advice}</div>`;
}

/** Links to the first stretch and the next, keeping the filters. */
export function pager(
  path: string,
  query: URLSearchParams,
  next: string | null,
  words: { readonly first: string; readonly more: string } = { first: 'Newest', more: 'Older' },
): Html | false {
  const address = (cursor: string | null): string => {
    const kept = new URLSearchParams(query);
    kept.delete('cursor');
    if (cursor !== null) kept.set('cursor', cursor);
    const text = kept.toString();
    return text === '' ? path : `${path}?${text}`;
  };
  if (next === null && !query.has('cursor')) return false;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${query.has('cursor') ? html`<a class="button" href="${address(null)}" rel="first">← ${words.first}</a>` : html`<span></span>`}
    ${next !== null && html`<a class="button" href="${address(next)}" rel="next">${words.more} →</a>`}
  </nav>`;
}
