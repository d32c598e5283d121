import { PhaseName, Protocol, type SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { printable, type Fault } from '../../../orchestrator/contract/fault.ts';
import { malformed } from '../../capture-reader.ts';
import type { SessionList } from './session-list.ts';

/** The columns of a plain CSV. */
export const CSV_NEEDED = ['t', 'destination', 'up', 'down'] as const;
export const CSV_OPTIONAL = ['end', 'port', 'protocol', 'phase', 'uid'] as const;
type Column = (typeof CSV_NEEDED)[number] | (typeof CSV_OPTIONAL)[number];

export interface CsvRow {
  readonly session: SessionRecord;
  readonly phase: PhaseName | null;
}

const MOST_SECONDS = 1e11;

/** A reader of rows below one header: what it needs of a row it looks up once, for there may be millions. */
export function csvRowReader(
  columns: ReadonlyMap<string, number>,
  list: SessionList,
  path: string,
): (fields: readonly string[], line: number) => CsvRow {
  const place = (name: Column): number => columns.get(name) ?? -1;
  const [t, end, up, down] = [place('t'), place('end'), place('up'), place('down')];
  const [to, port, protocol, phase, uid] = (['destination', 'port', 'protocol', 'phase', 'uid'] as const).map(place);
  const destinations = new Map<string, SessionRecord['destination']>();
  let fields: readonly string[] = [];
  let line = 0;

  const text = (at: number | undefined): string => (at === undefined || at < 0 ? '' : fields[at]!.trim());
  const wrong = (name: Column, words: string): Fault =>
    malformed(path, line, `${name}: ${words}, found '${printable(text(place(name)), 60)}'`);
  const number = (raw: string, name: Column, most: number, whole: boolean, words: string): number => {
    const value = raw === '' ? NaN : Number(raw);
    if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value;
    throw wrong(name, words);
  };
  const time = (raw: string, name: 't' | 'end'): number =>
    Math.round(number(raw, name, MOST_SECONDS, false, 'seconds, 0 or more') * 1000);
  const bytes = (at: number, name: 'up' | 'down'): number =>
    number(text(at), name, Number.MAX_SAFE_INTEGER, true, 'whole bytes');
  const oneOf = <T extends string>(raw: string, name: 'protocol' | 'phase', options: readonly T[]): T => {
    const found = options.find((option) => option === raw);
    if (found === undefined) throw wrong(name, `one of ${options.join(', ')}`);
    return found;
  };
  const destination = (): SessionRecord['destination'] => {
    const key = `${text(port)} ${text(to)}`;
    const known = destinations.get(key);
    if (known !== undefined) return known;
    const given = text(port) === '' ? null : number(text(port), 'port', 65535, true, 'a port, 0 to 65535');
    const read = destinationOf(text(to), given);
    if (read === null) throw wrong('destination', 'a host name or address');
    const shared = list.destination(read.host, read.port);
    destinations.set(key, shared);
    return shared;
  };

  return (here, at) => {
    fields = here;
    line = at;
    const startMs = time(text(t), 't');
    const endText = text(end);
    const endMs = endText === '' ? startMs : time(endText, 'end');
    if (endMs < startMs) throw malformed(path, line, 'end: not before t');
    const protocolText = text(protocol);
    const phaseText = text(phase);
    const session: SessionRecord = {
      type: 'session',
      startMs,
      endMs,
      destination: destination(),
      protocol: protocolText === '' ? 'tcp' : oneOf(protocolText, 'protocol', Protocol.options),
      upBytes: bytes(up, 'up'),
      downBytes: bytes(down, 'down'),
      // A table names no process: that the rows are the app's is the word of whoever made it.
      attribution: 'likely',
      forced: false,
    };
    const uidText = text(uid);
    if (uidText !== '') session.uid = number(uidText, 'uid', Number.MAX_SAFE_INTEGER, true, 'a whole number');
    return { session, phase: phaseText === '' ? null : oneOf(phaseText, 'phase', PhaseName.options) };
  };
}

/** `host`, `host:port` or `[v6]:port`; a port column goes before. Without either the port is 443. Null for none. */
function destinationOf(text: string, port: number | null): SessionRecord['destination'] | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match === null && /^[0-9a-fA-F:.]+$/.test(text) ? text : null;
  const host = bare ?? match?.[1] ?? match?.[2];
  const given = Number(match?.[3] ?? 443);
  return host === undefined || host.length > 1024 || given > 65535 ? null : { host, port: port ?? given };
}
