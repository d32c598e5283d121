import type { OwnedClock } from '../../clock.ts';
import type { Base, ProgramIo, Programs } from '../../system.ts';
import { digits, localFields, offsetText, zoneOffsetMs } from '../../time-zone.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { quoteAll } from './print.ts';

type SettableClock = Pick<OwnedClock, 'setNowMs'>;

/** Programs that tell or wait for device time. */
export function timePrograms({ clock, properties, bus }: Base, settable: SettableClock): Programs {
  const zone = (): string => properties.get('persist.sys.timezone');
  return {
    date: (io) =>
      date(io, clock.nowMs(), zone(), (wallMs) => {
        settable.setNowMs(wallMs);
        bus.emit('time-set');
      }),
    sleep: async (io) => {
      const seconds = io.argv.slice(1).reduce((sum, text) => sum + secondsOf(text), 0);
      if (io.argv.length < 2) throw new UsageFault('Needs 1 argument');
      await clock.sleep(seconds * 1000, io.signal);
      return 0;
    },
    usleep: async (io) => {
      await clock.sleep(secondsOf(io.argv[1] ?? '') / 1000, io.signal);
      return 0;
    },
    uptime: (io) => {
      const minutes = Math.trunc(clock.elapsedMs() / 60_000);
      const now = localFields(zone(), clock.nowMs()).toISOString().slice(11, 19);
      const span = `${Math.trunc(minutes / 1440)} days, ${digits(Math.trunc(minutes / 60) % 24, 2)}:${digits(minutes % 60, 2)}`;
      io.out(
        readFlags(io.argv, 's').has('s')
          ? `${new Date(clock.nowMs() - clock.elapsedMs()).toISOString().slice(0, 19).replace('T', ' ')}\n`
          : ` ${now} up ${span},  0 users,  load average: 0.00, 0.00, 0.00\n`,
      );
      return 0;
    },
    timeout: async (io) => {
      const flags = readFlags(io.argv, '+k:s:v');
      const [limit = '', ...command] = flags.rest;
      const running = io.run(quoteAll(command));
      const ending = new AbortController();
      const expiry = clock.sleep(secondsOf(limit) * 1000, ending.signal).then(
        () => 124,
        () => 124,
      );
      const status = await Promise.race([running, expiry]);
      ending.abort();
      return status;
    },
    time: async (io) => {
      const startMs = clock.elapsedMs();
      const status = await io.run(quoteAll(io.argv.slice(1)));
      io.err(`    0m${((clock.elapsedMs() - startMs) / 1000).toFixed(2)}s real     0m0.00s user     0m0.00s system\n`);
      return status;
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(text: string): number {
  const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  if (match === null) throw new UsageFault(`bad duration '${text}'`);
  return Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1);
}

const DEFAULT_FORMAT = '%a %b %e %H:%M:%S %Z %Y';

function date(io: ProgramIo, nowMs: number, deviceZone: string, setMs: (wallMs: number) => void): number {
  const flags = readFlags(io.argv, 'ud:s:D:r:RI');
  const zone = flags.has('u') ? 'UTC' : (io.env.get('TZ') ?? deviceZone);
  const [argument] = flags.rest;
  const given = flags.value('s') ?? (argument !== undefined && !argument.startsWith('+') ? argument : undefined);
  let shownMs = nowMs;
  if (flags.has('d')) shownMs = parseDate(flags.value('d') ?? '', zone, nowMs);
  if (flags.has('r')) shownMs = io.files.stat(flags.value('r') ?? '')?.mtimeMs ?? nowMs;
  if (given !== undefined) {
    shownMs = parseDate(given, zone, nowMs);
    if (io.uid === 0) setMs(shownMs);
    else io.err('date: cannot set date: Operation not permitted\n');
  }
  const format = argument?.startsWith('+') === true ? argument.slice(1) : DEFAULT_FORMAT;
  io.out(`${formatDate(format, shownMs, zone)}\n`);
  return given !== undefined && io.uid !== 0 ? 1 : 0;
}

/** `MMDDhhmm[[CC]YY][.ss]`, `@SECONDS`, or `YYYY-MM-DD hh:mm[:ss]`, in that zone. */
function parseDate(text: string, zone: string, nowMs: number): number {
  const unix = /^@(\d+(?:\.\d+)?)$/.exec(text);
  if (unix !== null) return Number(unix[1]) * 1000;
  const posix = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\d\d)?)?(?:\.(\d\d))?$/.exec(text);
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  const fields =
    posix !== null
      ? [
          posix[5]?.padStart(4, '20') ?? new Date(nowMs).getUTCFullYear(),
          posix[1],
          posix[2],
          posix[3],
          posix[4],
          posix[6],
        ]
      : iso?.slice(1);
  if (fields === undefined) throw new UsageFault(`bad date '${text}'`);
  const [year, month, day, hour, minute, second] = fields.map((field) => Number(field ?? 0));
  const asUtc = Date.UTC(year ?? 1970, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0);
  return asUtc - zoneOffsetMs(zone, asUtc);
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** strftime, with %N for nanoseconds as toybox has it. */
export function formatDate(format: string, atMs: number, zone: string): string {
  const at = localFields(zone, atMs);
  const day = DAYS[at.getUTCDay()] ?? '';
  const month = MONTHS[at.getUTCMonth()] ?? '';
  const two = (value: number): string => digits(value, 2);
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => two(at.getUTCFullYear() % 100),
    m: () => two(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => String(at.getUTCDate()).padStart(2),
    H: () => two(at.getUTCHours()),
    I: () => two(at.getUTCHours() % 12 || 12),
    M: () => two(at.getUTCMinutes()),
    S: () => two(at.getUTCSeconds()),
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    N: () => digits(Math.floor((atMs * 1_000_000) % 1_000_000_000), 9),
    s: () => String(Math.floor(atMs / 1000)),
    a: () => day.slice(0, 3),
    A: () => day,
    b: () => month.slice(0, 3),
    B: () => month,
    u: () => String(at.getUTCDay() || 7),
    j: () => digits(Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 0)) / 86_400_000), 3),
    F: () => at.toISOString().slice(0, 10),
    T: () => at.toISOString().slice(11, 19),
    R: () => at.toISOString().slice(11, 16),
    D: () => `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${two(at.getUTCFullYear() % 100)}`,
    z: () => offsetText(zoneOffsetMs(zone, atMs)),
    Z: () => zoneName(zone, atMs),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return format.replace(/%(?:(\d)N|-?(.))/g, (whole, width: string | undefined, letter: string) =>
    width !== undefined
      ? digits(Math.floor((atMs * 1_000_000) % 1_000_000_000), 9).slice(0, Number(width))
      : (fields[letter]?.() ?? whole),
  );
}

function zoneName(zone: string, atMs: number): string {
  if (zone === '' || zone === 'UTC') return 'UTC';
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(atMs);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  } catch {
    return 'UTC'; // An unknown zone means UTC, as in bionic.
  }
}
