import { API_LEVELS } from './properties.ts';

/** What the command line of the emulator asked for. */
export interface Options {
  readonly avdName: string;
  /** 0: any free even port outside the range that adb servers scan by themselves. */
  readonly consolePort: number;
  readonly adbPort: number | null;
  readonly apiLevel: number;
  readonly clockRate: number;
  readonly seed: number;
  readonly timezone: string | null;
  readonly httpProxy: string | null;
  readonly properties: ReadonlyMap<string, string>;
  readonly adbServerPort: number;
  readonly writableSystem: boolean;
  readonly permissive: boolean;
  readonly logcatOutput: string | null;
  readonly quitAfterBootSeconds: number | null;
  readonly exitWithStdin: boolean;
  readonly verbose: boolean;
  /** Options that a real emulator knows and that change nothing here. */
  readonly ignored: readonly string[];
}

/** What to do instead of starting a handset. */
export interface Question {
  readonly question: 'help' | 'version' | 'list-avds';
}

/** The command line is wrong; the message is printed as it is and the emulator ends with status 1. */
export class OptionFault extends Error {
  override readonly name = 'OptionFault';
}

/** Flags that take no value, and options that take one, known to the real emulator without a meaning here. */
const IGNORED_FLAGS =
  /^-(no-window|no-audio|no-boot-anim|no-snapshot|no-snapshot-load|no-snapshot-save|no-snapshot-update-time|no-snapstorage|no-cache|no-skin|no-sim|no-metrics|no-passive-gps|no-direct-adb|read-only|wipe-data|skip-adb-auth|show-kernel|no-accel|nocache|noaudio|noskin|no-jni|nojni|qt-hide-window|gps|screen-off|delay-adb|force-snapshot-load|debug-init|fuchsia)$/;
const IGNORED_OPTIONS =
  /^-(gpu|accel|dns-server|netdelay|netspeed|snapshot|feature|grpc|grpc-port|id|memory|cores|partition-size|sysdir|system|datadir|data|kernel|ramdisk|skin|skindir|camera-back|camera-front|engine|shell-serial|report-console|radio|acpi-config|debug|sdcard|phone-number|cache|cache-size|initdata|vendor|encryption-key|share-vid|tcpdump|metrics-collection|virtio-serial)$/;

/** Reads the command line, or throws OptionFault. */
export function readOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): Options | Question {
  const ignored: string[] = [];
  const properties = new Map<string, string>();
  const values = new Map<string, string>();
  const words = argv.values();
  for (const word of words) {
    const question = questionOf(word);
    if (question !== null) return { question };
    if (word === '-qemu') break;
    if (word.startsWith('@')) values.set('-avd', word.slice(1));
    else if (IGNORED_FLAGS.test(word)) ignored.push(word);
    else if (FLAGS.has(word)) values.set(word, '');
    else if (!OPTIONS.has(word) && !IGNORED_OPTIONS.test(word)) throw unknown(word);
    else {
      const next = words.next();
      if (next.done === true) throw new OptionFault(`emulator: ERROR: option ${word} requires a parameter`);
      if (word === '-prop') properties.set(...property(next.value));
      else if (OPTIONS.has(word)) values.set(word, next.value);
      else ignored.push(`${word} ${next.value}`);
    }
  }
  return build(values, properties, ignored, environment);
}

const FLAGS = new Set(['-writable-system', '-verbose', '-exit-with-stdin']);
const OPTIONS = new Set([
  '-avd',
  '-port',
  '-ports',
  '-http-proxy',
  '-timezone',
  '-prop',
  '-selinux',
  '-logcat-output',
  '-quit-after-boot',
  '-api-level',
  '-clock-rate',
  '-seed',
  '-adb-server-port',
]);

function questionOf(word: string): Question['question'] | null {
  if (word === '-help' || word === '--help' || word === '-h') return 'help';
  if (word === '-version' || word === '--version') return 'version';
  return word === '-list-avds' ? 'list-avds' : null;
}

function unknown(word: string): OptionFault {
  return new OptionFault(
    word.startsWith('-')
      ? `unknown option: ${word}\nplease use -help for a list of valid options`
      : `emulator: ERROR: unexpected argument: ${word}`,
  );
}

function property(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new OptionFault(`emulator: ERROR: -prop ${text}: <name>=<value> was expected`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function build(
  values: ReadonlyMap<string, string>,
  properties: ReadonlyMap<string, string>,
  ignored: readonly string[],
  environment: NodeJS.ProcessEnv,
): Options {
  const number = (option: string, usual: number, least: number, most: number, whole = true): number => {
    const text = values.get(option);
    if (text === undefined) return usual;
    const value = /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      throw new OptionFault(`emulator: ERROR: ${option} ${text}: a number from ${least} to ${most} was expected`);
    }
    return value;
  };
  const [consolePort, adbPort] = portsOf(values, number);
  const quitAfter = values.get('-quit-after-boot');
  const selinux = values.get('-selinux') ?? 'enforcing';
  if (!['disabled', 'permissive', 'enforcing'].includes(selinux)) {
    throw new OptionFault('emulator: ERROR: -selinux must be "disabled" or "permissive"');
  }
  return {
    avdName: values.get('-avd') ?? 'sleeptalk',
    consolePort,
    adbPort,
    apiLevel: number('-api-level', API_LEVELS.usual, API_LEVELS.least, API_LEVELS.most),
    clockRate: number('-clock-rate', 1, 0.001, 10_000, false),
    seed: number('-seed', 1, 0, Number.MAX_SAFE_INTEGER),
    timezone: values.get('-timezone') ?? null,
    httpProxy: values.get('-http-proxy') ?? null,
    properties,
    adbServerPort: number('-adb-server-port', environmentPort(environment), 1, 65_535),
    writableSystem: values.has('-writable-system'),
    permissive: selinux !== 'enforcing',
    logcatOutput: values.get('-logcat-output') ?? null,
    quitAfterBootSeconds: quitAfter === undefined ? null : number('-quit-after-boot', 0, 0, 86_400),
    exitWithStdin: values.has('-exit-with-stdin'),
    verbose: values.has('-verbose'),
    ignored,
  };
}

type ReadNumber = (option: string, usual: number, least: number, most: number) => number;

function portsOf(values: ReadonlyMap<string, string>, number: ReadNumber): [number, number | null] {
  const both = values.get('-ports');
  if (both !== undefined) {
    const pair = /^(\d{1,5}),(\d{1,5})$/.exec(both);
    if (pair === null) throw new OptionFault(`emulator: ERROR: -ports ${both}: <console>,<adb> was expected`);
    return [Number(pair[1]), Number(pair[2])];
  }
  const port = number('-port', 0, 0, 65_534);
  if (port % 2 !== 0) throw new OptionFault(`emulator: ERROR: -port ${port}: the console port must be even`);
  return [port, null];
}

/** adb's own default, moved by its own variables (adb(1), ANDROID_ADB_SERVER_PORT). */
function environmentPort(environment: NodeJS.ProcessEnv): number {
  const text = environment['ANDROID_ADB_SERVER_PORT'];
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 5037;
}
