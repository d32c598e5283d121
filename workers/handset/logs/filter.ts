import type { LogEntry } from '../system.ts';

type Priority = LogEntry['priority'] | 'S';
const ORDER: readonly Priority[] = ['V', 'D', 'I', 'W', 'E', 'F', 'S'];

/** `TAG:PRIORITY` specifications: which entries are shown (logcat(1), "Filtering"). */
export function readFilter(specifications: readonly string[], silentByDefault: boolean): (entry: LogEntry) => boolean {
  const byTag = new Map<string, number>();
  let usual = silentByDefault ? ORDER.length - 1 : 0;
  for (const specification of specifications.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '')) {
    const colon = specification.lastIndexOf(':');
    const tag = colon < 0 ? specification : specification.slice(0, colon);
    const letter = colon < 0 ? '' : specification.slice(colon + 1).toUpperCase();
    if (letter !== '' && letter !== '*' && !ORDER.includes(letter as Priority)) {
      throw new Error(`Invalid filter expression '${specification}'`);
    }
    const least = letter === '' || letter === '*' ? 0 : ORDER.indexOf(letter as Priority);
    if (tag === '*') usual = letter === '' ? 1 : least;
    else byTag.set(tag, least);
  }
  return (entry) => ORDER.indexOf(entry.priority) >= (byTag.get(entry.tag) ?? usual);
}

/** android_LogPriority (AOSP liblog, android/log.h). */
export function priorityNumber(priority: LogEntry['priority']): number {
  return ORDER.indexOf(priority) + 2;
}
