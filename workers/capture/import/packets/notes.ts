import { printable } from '../../../../orchestrator/contract/fault.ts';
import type { Damage } from './source.ts';
import type { App } from './pcapdroid.ts';
import type { Tally } from './tally.ts';

const MOST_NAMED = 10;

/** What a reader of the report must know of how these packets were read. */
export function notesOf(tally: Tally, damage: Damage, names: number): string[] {
  return [...damageNotes(damage), ...timeNotes(tally), ...packetNotes(tally), ...conversationNotes(tally, names)];
}

function damageNotes({ breaks, unreadBytes, endsShort }: Damage): string[] {
  const notes: string[] = [];
  if (endsShort !== null) {
    notes.push(
      `The file ends in ${endsShort.what}: ${counted(endsShort.missingBytes, 'byte')} ${are(endsShort.missingBytes)} missing.`,
    );
  }
  if (breaks > 0) {
    notes.push(
      `The file is damaged in ${counted(breaks, 'place')}: ${counted(unreadBytes, 'byte')} could not be read, and reading ` +
        'went on where packets were found again.',
    );
  }
  return notes;
}

function timeNotes({ backwards, untimed, earliestMs }: Tally): string[] {
  const notes: string[] = [];
  if (backwards > 0) {
    notes.push(
      `${counted(backwards, 'packet')} ${are(backwards)} older than the one before` +
        (earliestMs < 0 ? ', and times count from the oldest.' : '.'),
    );
  }
  if (untimed > 0) {
    notes.push(
      `${counted(untimed, 'packet')} ${has(untimed)} no time of ${untimed === 1 ? 'its' : 'their'} own (Simple Packet Blocks) and ${untimed === 1 ? 'takes' : 'take'} that of the packet before.`,
    );
  }
  return notes;
}

function packetNotes(tally: Tally): string[] {
  const notes: string[] = [];
  const say = (count: number, which: string, what: string): void => {
    if (count > 0) notes.push(`${counted(count, 'packet')}${which} ${were(count)} ${what}.`);
  };
  const unread = 'not read';
  const leftOut = 'left out';
  for (const [link, count] of tally.unsupportedLinks) say(count, ` of link type ${link}`, unread);
  say(tally.undescribed, ' of a false length or of an interface that the file does not describe', unread);
  say(tally.malformed, ' cut before the ports, or with lengths that contradict each other,', unread);
  const firsts = counted(tally.firstFragments, 'first fragment');
  say(tally.fragments, '', `${unread}: later fragments of IP packets, which name no ports; ${firsts} read`);
  say(tally.cutPackets, '', 'cut by the snapshot length: sizes are those on the wire, names may be missing');
  say(tally.notIp, ' without IP (ARP and the like)', leftOut);
  say(tally.icmp, ' of ICMP', leftOut);
  for (const [protocol, count] of tally.otherProtocols) say(count, ` of IP protocol ${protocol}`, leftOut);
  return notes;
}

function conversationNotes(tally: Tally, names: number): string[] {
  const notes: string[] = [];
  if (tally.guessedOpeners > 0) {
    notes.push(
      `${counted(tally.guessedOpeners, 'TCP connection')} began before the capture: which end opened ` +
        `${tally.guessedOpeners === 1 ? 'it' : 'them'} is told by the port of a service, by a private address, or by who spoke first.`,
    );
  }
  if (tally.missingBytes > 0) {
    notes.push(
      `${counted(tally.missingBytes, 'byte')} of TCP ${were(tally.missingBytes)} sent and ${are(tally.missingBytes)} missing from the capture.`,
    );
  }
  if (tally.encryptedHellos > 0) {
    notes.push(
      `${counted(tally.encryptedHellos, 'connection')} sent an encrypted ClientHello: the server name seen may be a cover name.`,
    );
  }
  if (tally.namedByAnswer > 0) {
    notes.push(
      `${counted(tally.namedByAnswer, 'connection')} named no server: the name is that of a DNS answer in the capture for ` +
        `the address (${counted(names, 'address', 'addresses')} known).`,
    );
  }
  if (tally.closedEarly > 0) {
    notes.push(
      `More connections were open than are followed: ${counted(tally.closedEarly, 'silent one')} ended early.`,
    );
  }
  if (tally.dropped > 0)
    notes.push(`The capture holds too much: ${counted(tally.dropped, 'record')} ${were(tally.dropped)} left out.`);
  return [...notes, ...appNotes(tally), ...clientNotes(tally)];
}

function appNotes({ apps, packets, withUid, otherUid }: Tally): string[] {
  if (withUid === 0) return [];
  const shown = [...apps.values()].slice(0, MOST_NAMED).map(appWords);
  const more = apps.size > MOST_NAMED ? ` and ${apps.size - MOST_NAMED} more` : '';
  const notes = [`PCAPdroid names the app of ${withUid} of ${packets} packets: ${shown.join(', ')}${more}.`];
  if (otherUid > 0) notes.push(`${counted(otherUid, 'packet')} of another uid than the first of its connection.`);
  return notes;
}

function appWords({ uid, packageName, appName }: App): string {
  const name = printable(packageName ?? appName, 64);
  return name === '' ? `uid ${uid}` : `uid ${uid} ${name}`;
}

function clientNotes({ clients, withUid }: Tally): string[] {
  if (clients.size < 2 || withUid > 0) return [];
  const rows = [...clients].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = rows.slice(0, MOST_NAMED).map(([address, count]) => `${address} (${count})`);
  const more = rows.length > MOST_NAMED ? ' and more' : '';
  return [`Connections were opened from ${rows.length} addresses, all judged together: ${shown.join(', ')}${more}.`];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}

function has(count: number): string {
  return count === 1 ? 'has' : 'have';
}
