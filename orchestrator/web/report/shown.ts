import type { Channel, Report } from '../../contract/report.ts';
import { html, type Html, type Part } from '../html.ts';

/** Channels that a page shows; an app can reach ten thousand, and a page of them all could not be opened. */
const MOST_CHANNELS = 150;

/** The unexplained channels first, then what could not be told, then the rest; among equals the more suspicious. */
export function byUrgency(channels: readonly Channel[]): Channel[] {
  const rank = ({ explained }: Channel): number => (explained === false ? 0 : explained === null ? 1 : 2);
  return [...channels].sort((a, b) => rank(a) - rank(b) || b.suspicion - a.suspicion);
}

/** The channels that have a row and a card of their own. */
export function shownChannels({ channels }: Pick<Report, 'channels'>): readonly Channel[] {
  return byUrgency(channels).slice(0, MOST_CHANNELS);
}

/** How many are left out, in words; nothing where none is. */
export function leftOut({ channels }: Pick<Report, 'channels'>): Html | false {
  const more = channels.length - MOST_CHANNELS;
  return more > 0 && html`<p class="soft">${more} less urgent channels are in report.json.</p>`;
}

/** Leads to a channel's card where it has one; else its words stand alone. */
export function channelLinks(report: Pick<Report, 'channels'>): (id: string, words: Part) => Html {
  const shown = new Set(shownChannels(report).map(({ id }) => id));
  return (id, words) => (shown.has(id) ? html`<a href="#channel-${id}">${words}</a>` : html`${words}`);
}
