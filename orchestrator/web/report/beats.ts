import type { Beat } from '../../contract/report.ts';
import { clock, size } from '../format.ts';
import { html, type Html } from '../html.ts';

const MOST_BEATS_LISTED = 200;

/** The beats themselves; with the destination that each began with, where a channel has several. */
export function beatTable(beats: readonly Beat[]): Html {
  const shown = beats.slice(0, MOST_BEATS_LISTED);
  const several = beats.some(({ destination }) => destination !== undefined);
  return html`<table>
      <thead>
        <tr>
          <th scope="col">At</th>
          ${several && html`<th scope="col">Began with</th>`}
          <th scope="col">Phase</th>
          <th scope="col" class="num">Up</th>
          <th scope="col" class="num">Down</th>
          <th scope="col">After push</th>
          <th scope="col">Lines</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (beat) =>
            html`<tr>
              <td>${clock(beat.atMs)}</td>
              ${several && html`<td>${beat.destination && `${beat.destination.host}:${beat.destination.port}`}</td>`}
              <td>${beat.phase}${beat.forced && ' (forced)'}</td>
              <td class="num">${size(beat.upBytes)}</td>
              <td class="num">${size(beat.downBytes)}</td>
              <td>${beat.afterPush ?? '–'}</td>
              <td class="mono">
                ${beat.lines.slice(0, 8).join(', ')}${beat.lines.length > 8 && ` +${beat.lines.length - 8}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${beats.length > shown.length && html`<p class="soft">${beats.length - shown.length} more in report.json.</p>`}`;
}
