import type { DeviceClock, LogEntry, ProgramIo, Programs, Properties } from '../system.ts';
import { readFlags, UsageFault, type Flags } from '../shell/flags.ts';
import { zoneOffsetMs } from '../time-zone.ts';
import { encodeEntry } from './binary.ts';
import { readFilter } from './filter.ts';
import { formatEntry, FORMATS, type Format, type FormatName } from './format.ts';
import { BUFFERS, type BufferName, type OwnedLogs, type StampedEntry } from './ring.ts';

/** `logcat` and `log`. */
export function logPrograms(logs: OwnedLogs, clock: DeviceClock, properties: Properties): Programs {
  return { logcat: (io) => logcat(io, logs, clock, properties), log: (io) => log(io, logs) };
}

const LONG = {
  buffer: 'b',
  format: 'v',
  clear: 'c',
  dump: 'd',
  regex: 'e',
  'max-count': 'm',
  print: 'P',
  pid: 'I',
  binary: 'B',
  'buffer-size': 'g',
  last: 'L',
  statistics: 'S',
  tail: 'T',
};

async function logcat(io: ProgramIo, logs: OwnedLogs, clock: DeviceClock, properties: Properties): Promise<number> {
  const flags = readFlags(io.argv, 'dt:T:b:v:cgsBe:m:f:D:LSI:P', LONG);
  const buffers = buffersOf(flags);
  if (flags.has('c')) {
    logs.clear(buffers);
    return 0;
  }
  if (flags.has('g')) return sizes(io, logs, buffers);
  const format = formatOf(flags);
  const zone = properties.get('persist.sys.timezone');
  const frame = { zone, bootedAtMs: clock.nowMs() - clock.elapsedMs() };
  const wanted = selection(io, flags);
  const render = flags.has('B')
    ? encodeEntry
    : (entry: StampedEntry): Buffer => Buffer.from(formatEntry(entry, format, frame));
  const most = Number(flags.value('m') ?? Infinity);
  let shown = 0;
  let lastBuffer: BufferName | null = null;
  const begun = new Set<BufferName>();
  const show = (entry: StampedEntry): void => {
    if (shown >= most || !buffers.includes(entry.buffer) || !wanted(entry)) return;
    shown++;
    if (!flags.has('B') && entry.buffer !== lastBuffer) {
      io.out(`--------- ${begun.has(entry.buffer) ? 'switch to' : 'beginning of'} ${entry.buffer}\n`);
      begun.add(entry.buffer);
      lastBuffer = entry.buffer;
    }
    io.out(render(entry));
  };

  const following = !flags.has('d') && !flags.has('t');
  // Followed from before the past is printed, so that nothing falls between.
  const pending: StampedEntry[] = [];
  let live: ((entry: StampedEntry) => void) | null = null;
  const stop = following ? logs.follow((entry) => (live === null ? pending.push(entry) : live(entry))) : null;
  try {
    for (const entry of since(logs.read(buffers).filter(wanted), flags, zone, clock)) {
      show(entry);
      await io.drained();
    }
    if (!following) return 0;
    pending.forEach(show);
    return await new Promise<number>((resolve) => {
      live = (entry) => {
        show(entry);
        if (shown >= most) resolve(0);
      };
      if (shown >= most) resolve(0);
      // A client that reads nothing loses entries rather than filling the handset's memory.
      io.signal.addEventListener('abort', () => resolve(0), { once: true });
    });
  } finally {
    stop?.();
  }
}

function buffersOf(flags: Flags): BufferName[] {
  const names = flags.values('b').flatMap((list) => list.split(','));
  if (names.length === 0 || names.includes('default')) return ['main', 'system', 'crash'];
  if (names.includes('all')) return [...BUFFERS];
  return names.map((name) => {
    const known = BUFFERS.find((buffer) => buffer === name);
    if (known === undefined) throw new UsageFault(`Unknown -b buffer '${name}'`);
    return known;
  });
}

function formatOf(flags: Flags): Format {
  const words = flags
    .values('v')
    .flatMap((list) => list.split(','))
    .map((word) => word.trim());
  const name = words.findLast((word): word is FormatName => (FORMATS as readonly string[]).includes(word));
  const modifiers = new Set(words.filter((word) => word !== name));
  for (const word of modifiers) {
    if (!MODIFIERS.has(word) && !(FORMATS as readonly string[]).includes(word)) {
      throw new UsageFault(`Invalid parameter '${word}' to -v`);
    }
  }
  const has = (...of: readonly string[]): boolean => of.some((word) => modifiers.has(word));
  return {
    name: name ?? 'threadtime',
    epoch: has('epoch'),
    year: has('year'),
    utc: has('UTC', 'utc'),
    zone: has('zone'),
    uid: has('uid'),
    usec: has('usec', 'us', 'nsec'),
    monotonic: has('monotonic'),
  };
}

const MODIFIERS = new Set([
  'epoch',
  'year',
  'UTC',
  'utc',
  'zone',
  'uid',
  'usec',
  'us',
  'nsec',
  'monotonic',
  'color',
  'colour',
  'descriptive',
  'printable',
]);

function selection(io: ProgramIo, flags: Flags): (entry: LogEntry) => boolean {
  const environment = (io.env.get('ANDROID_LOG_TAGS') ?? '').replace(/['"]/g, '');
  const specifications = flags.rest.length > 0 ? flags.rest : environment === '' ? [] : [environment];
  const filter = readFilter(specifications, flags.has('s'));
  const pattern = flags.has('e') ? new RegExp(flags.value('e') ?? '') : null;
  const pid = flags.value('I');
  return (entry) =>
    filter(entry) && (pattern === null || pattern.test(entry.text)) && (pid === undefined || entry.pid === Number(pid));
}

/** `-t N`, `-T N`, `-T 'MM-DD hh:mm:ss.mmm'`, `-T SECONDS.MILLIS`. */
function since(entries: StampedEntry[], flags: Flags, zone: string, clock: DeviceClock): StampedEntry[] {
  const from = flags.value('t') ?? flags.value('T');
  if (from === undefined) return entries;
  if (/^\d+$/.test(from)) return Number(from) === 0 ? [] : entries.slice(-Number(from));
  const sinceMs = instantOf(from, zone, clock.nowMs());
  return entries.filter(({ atMs }) => atMs >= sinceMs);
}

function instantOf(text: string, zone: string, nowMs: number): number {
  if (/^\d+\.\d+$/.test(text)) return Number(text) * 1000;
  const match = /^(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) throw new UsageFault(`-T '${text}': not a valid time`);
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const wholeYear = year === undefined ? new Date(nowMs).getUTCFullYear() : Number(year);
  const asUtc = Date.UTC(wholeYear, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return asUtc - zoneOffsetMs(zone, asUtc) + Number(`0.${fraction}`) * 1000;
}

function sizes(io: ProgramIo, logs: OwnedLogs, buffers: readonly BufferName[]): number {
  for (const name of buffers) {
    const { usedBytes, mostBytes } = logs.usage(name);
    io.out(
      `${name}: ring buffer is ${mostBytes / 1024} KiB (${Math.ceil(usedBytes / 1024)} KiB consumed, ${Math.ceil(usedBytes / 1024)} KiB readable), max entry is 5120 B, max payload is 4068 B\n`,
    );
  }
  return 0;
}

const PRIORITIES = 'vdiwef';

/** `log [-p PRIORITY] [-t TAG] MESSAGE…`. */
function log(io: ProgramIo, logs: OwnedLogs): number {
  const flags = readFlags(io.argv, '+p:t:b:');
  const letter = (flags.value('p') ?? 'i').charAt(0).toLowerCase();
  if (!PRIORITIES.includes(letter) || letter === '') throw new UsageFault(`bad -p '${letter}'`);
  logs.write({
    buffer: 'main',
    pid: io.pid,
    tid: io.pid,
    uid: io.uid,
    priority: letter.toUpperCase() as LogEntry['priority'],
    tag: flags.value('t') ?? 'log',
    text: flags.rest.join(' '),
  });
  return 0;
}
