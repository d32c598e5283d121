import type { App } from './pcapdroid.ts';

/** What is counted while a capture is read, for its notes. */
export interface Tally {
  packets: number;
  /** Number of the last packet, which may be greater: blocks of other kinds are numbered, too. */
  lastLine: number;
  firstMs: number | null;
  /** Times relative to the first packet. */
  earliestMs: number;
  latestMs: number;
  notIp: number;
  icmp: number;
  /** Packets of other protocols, by their number. */
  readonly otherProtocols: Map<number, number>;
  /** Packets of link layers that are not read, by LINKTYPE_ value. */
  readonly unsupportedLinks: Map<number, number>;
  malformed: number;
  fragments: number;
  firstFragments: number;
  cutPackets: number;
  untimed: number;
  undescribed: number;
  /** Bytes of frames that were not understood. */
  unreadFrameBytes: number;
  backwards: number;
  tcp: number;
  udp: number;
  guessedOpeners: number;
  missingBytes: number;
  encryptedHellos: number;
  namedByAnswer: number;
  otherUid: number;
  withUid: number;
  closedEarly: number;
  dropped: number;
  droppedFromMs: number;
  /** By uid. */
  readonly apps: Map<number, App>;
  /** Ends that opened conversations, with how many. */
  readonly clients: Map<string, number>;
}

export function createTally(): Tally {
  return {
    packets: 0,
    lastLine: 0,
    firstMs: null,
    earliestMs: 0,
    latestMs: 0,
    notIp: 0,
    icmp: 0,
    otherProtocols: new Map(),
    unsupportedLinks: new Map(),
    malformed: 0,
    fragments: 0,
    firstFragments: 0,
    cutPackets: 0,
    untimed: 0,
    undescribed: 0,
    unreadFrameBytes: 0,
    backwards: 0,
    tcp: 0,
    udp: 0,
    guessedOpeners: 0,
    missingBytes: 0,
    encryptedHellos: 0,
    namedByAnswer: 0,
    otherUid: 0,
    withUid: 0,
    closedEarly: 0,
    dropped: 0,
    droppedFromMs: 0,
    apps: new Map(),
    clients: new Map(),
  };
}

/** Adds one to a count, in a table that does not grow beyond `most` rows. */
export function addTo<Key>(counts: Map<Key, number>, key: Key, most: number): void {
  const count = counts.get(key);
  if (count !== undefined || counts.size < most) counts.set(key, (count ?? 0) + 1);
}
