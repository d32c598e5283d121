import type { Channel } from '../../contract/report.ts';
import { plural } from '../format.ts';
import { html, type Html } from '../html.ts';

const MOST_LISTED = 100;

const SHARED = {
  destination: 'one destination',
  'registrable-domain': 'one registrable domain',
  'name-pattern': 'a name that differs only in a generated label',
  address: 'one server address',
  certificate: 'one certificate',
} as const;

/** What a channel is called: its destination, or what its members share. */
export function channelName({ destination, grouping }: Pick<Channel, 'destination' | 'grouping'>): string {
  if (grouping.by === 'destination') return `${destination.host}:${destination.port}`;
  return grouping.by === 'certificate' ? `certificate ${grouping.value.slice(0, 16)}…` : grouping.value;
}

/** "8 destinations"; nothing for one. */
export function memberCount({ grouping }: Pick<Channel, 'grouping'>): string | null {
  return grouping.by === 'destination' ? null : plural(grouping.members.length, 'destination');
}

/** Every member of a group with its beats; nothing for a channel of one destination. */
export function memberList({ grouping }: Pick<Channel, 'grouping'>): Html {
  const { by, value, members } = grouping;
  if (by === 'destination') return html``;
  const shown = members.slice(0, MOST_LISTED);
  const most = members.reduce((largest, { beats }) => Math.max(largest, beats), 0);
  return html`<details open>
    <summary>${plural(members.length, 'destination')} as one channel</summary>
    <p class="after">
      They share ${SHARED[by]} (<span class="mono">${value}</span>). Together their beats have a rhythm; none of them
      carries it alone: no more than ${plural(most, 'beat')} began with one.
    </p>
    <ul class="members">
      ${shown.map(
        (member) =>
          html`<li>
            <span class="mono">${member.host}<wbr />:${member.port}</span>
            <span class="soft">${plural(member.beats, 'beat')}</span>
          </li>`,
      )}
    </ul>
    ${members.length > shown.length && html`<p class="soft">${members.length - shown.length} more in report.json.</p>`}
  </details>`;
}
