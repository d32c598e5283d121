// In: a channel. Out: the words by which a sentence names it: a destination, or what several destinations share and
// how they take turns.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Channel } from '../../orchestrator/contract/report.ts';
import { countWords, hostWords } from './words.ts';

type Named = Pick<Channel, 'destination' | 'grouping'>;

/** "cdn.example.net:443", or "8 hosts of example.net". */
export function channelWords({ destination, grouping }: Named): string {
  const { by, members } = grouping;
  const value = printable(grouping.value, 100);
  const names = new Set(members.map(({ host }) => host));
  if (names.size === 1 && by !== 'destination') {
    return `${countWords(members.length, 'port')} of ${printable(members[0]!.host, 100)}`;
  }
  const hosts = countWords(names.size, 'host');
  switch (by) {
    case 'destination':
      return hostWords(destination);
    case 'registrable-domain':
      return `${hosts} of ${value}`;
    case 'name-pattern':
      return `${hosts} named ${value}`;
    case 'address':
      return `${hosts} at the address ${value}`;
    case 'certificate':
      return `${hosts} with one certificate (SHA-256 ${value.slice(0, 8)}…)`;
  }
}

/** ", a new one each beat,", where a group is named within a sentence that goes on; nothing for a destination. */
export function turnsWords({ grouping, beats }: Pick<Channel, 'grouping' | 'beats'>): string {
  if (grouping.by === 'destination') return '';
  if (grouping.members.every((member) => member.beats <= 1)) return ', a new one each beat,';
  const hosts = beats.flatMap(({ destination }) => (destination ? [`${destination.host}:${destination.port}`] : []));
  return hosts.every((host, i) => host !== hosts[i - 1]) ? ', another one each beat,' : ', by turns,';
}
