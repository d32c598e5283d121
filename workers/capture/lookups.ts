import { printable } from '../../orchestrator/contract/fault.ts';
import type { Journal } from './journal.ts';

/**
 * The record of what was looked up. Look-ups are the handset's: its resolver asks for all apps under one uid, so they
 * are evidence of what was asked for, not of who asked.
 */
export interface LookupBook {
  note(name: string, type: number): void;
  /** Writes how many look-ups there were in all. Nothing is written where there was none. */
  close(): void;
}

const RECORD_EVERY_MS = 60_000;
const MOST_NAMES = 10_000;
/** Records of look-ups share their bound with those of sessions, and must leave most of it to them. */
const MOST_RECORDS = 50_000;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [255, 'ANY'],
]);

/** At most one event for a name and minute of device time; it says how many look-ups came since the one before. */
export function createLookupBook(journal: Journal): LookupBook {
  const names = new Map<string, { recordedAtMs: number; unsaid: number }>();
  let total = 0;
  let records = 0;
  let unnamed = 0;
  return {
    note(name, type) {
      total += 1;
      const nowMs = journal.clock.nowMs();
      let entry = names.get(name);
      if (entry === undefined) {
        if (names.size >= MOST_NAMES) {
          unnamed += 1;
          return;
        }
        entry = { recordedAtMs: -Infinity, unsaid: 0 };
        names.set(name, entry);
      }
      entry.unsaid += 1;
      if (nowMs - entry.recordedAtMs < RECORD_EVERY_MS || records >= MOST_RECORDS) return;
      records += 1;
      const queryType = TYPE_NAMES.get(type) ?? `TYPE${type}`;
      journal.write({
        type: 'event',
        atMs: nowMs,
        kind: 'dns-query',
        detail: printable(name, 253),
        queryType,
        count: entry.unsaid,
      });
      entry.recordedAtMs = nowMs;
      entry.unsaid = 0;
    },
    close() {
      if (total === 0) return;
      const beyond = unnamed === 0 ? '' : `; ${unnamed} of further names were only counted`;
      journal.event('dns-queries', `${total} look-ups of ${names.size} names${beyond}`);
    },
  };
}
