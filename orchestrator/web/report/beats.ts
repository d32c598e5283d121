import type { Beat, Channel, Report } from '../../contract/report.ts';
import { clock, size } from '../format.ts';
import { html, type Html } from '../html.ts';
import { shownChannels } from './shown.ts';

const MOST_BEATS_LISTED = 200;

/** The beats themselves; with the destination that each began with, where a channel has several. */
export function beatTable({ id, beats }: Pick<Channel, 'id' | 'beats'>): Html {
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
          (beat, index) =>
            html`<tr id="${beatId(id, index)}">
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

/** Where the beat's row stands in the page. */
function beatId(channel: string, index: number): string {
  return `beat-${channel}-${index + 1}`;
}

/** From a line of capture.ndjson to the row of the beat that it is part of, for the beats that are listed. */
export function beatsByLine(report: Pick<Report, 'channels'>): ReadonlyMap<number, string> {
  return new Map(
    shownChannels(report).flatMap(({ id, beats }) =>
      beats
        .slice(0, MOST_BEATS_LISTED)
        .flatMap((beat: Beat, index) => beat.lines.map((line): [number, string] => [line, beatId(id, index)])),
    ),
  );
}
