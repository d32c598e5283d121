import { html, type Html } from './html.ts';

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** An instant as "2026-11-22 12:04 UTC", with how long ago that was as its title. An ISO time that is none is shown as it is. */
export function moment(iso: string | null, now: Date): Html {
  if (iso === null) return html`–`;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return html`${iso}`;
  const text = at.toISOString();
  return html`<time datetime="${text}" title="${ago(at, now)}"
    ><span class="short">${text.slice(0, 10)}</span> <span class="short">${text.slice(11, 16)} UTC</span></time
  >`;
}

/** "3 minutes ago", "in 2 days", "just now". */
export function ago(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000);
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  if (step === undefined) return 'just now';
  const count = Math.floor(Math.abs(seconds) / step[1]);
  const words = `${count} ${step[0]}${count === 1 ? '' : 's'}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}
