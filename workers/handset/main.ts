import { startHandset } from './handset.ts';
import { createAndroid } from './android/android.ts';
import { OptionFault, readOptions, type Options } from './options.ts';
import { openPorts, PortBusy } from './ports.ts';
import { createTraffic } from './traffic.ts';

/** The drop-in `emulator` executable. Standard output carries one line of JSON when the handset is ready. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if ('question' in options) return answer(options.question);
  for (const option of options.ignored) {
    if (options.verbose || MATTERS.test(option)) note(`${option} changes nothing on a simulated handset`);
  }
  const over = asked(options);
  const ports = await openPorts(options.consolePort, options.adbPort);
  const handset = await startHandset(options, ports, { createAndroid, createTraffic });
  note(
    `${options.avdName}, API ${options.apiLevel}, ${handset.serial}, clock rate ${options.clockRate}, seed ${options.seed}`,
  );
  process.stdout.write(`${JSON.stringify(readyLine(options, handset.serial, ports))}\n`);
  await Promise.race([handset.killed, over]);
  await handset[Symbol.asyncDispose]();
  return 0;
}

/** Options that would have changed something on a real emulator: worth a word even without -verbose. */
const MATTERS = /^-(tcpdump|dns-server|netdelay|netspeed|snapshot|sdcard|phone-number) /;

function note(text: string): void {
  process.stderr.write(`Simulated handset: ${text}\n`);
}

function readyLine(options: Options, serial: string, ports: { consolePort: number; adbPort: number }): object {
  return {
    ready: true,
    simulated: true,
    serial,
    consolePort: ports.consolePort,
    adbPort: ports.adbPort,
    adbServerPort: options.adbServerPort,
    avdName: options.avdName,
    apiLevel: options.apiLevel,
    clockRate: options.clockRate,
    seed: options.seed,
    pid: process.pid,
  };
}

/** Resolves when a signal, the end of standard input or `-quit-after-boot` says that it is over. */
function asked(options: Options): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (options.exitWithStdin) {
      process.stdin.on('end', () => resolve());
      process.stdin.on('error', () => resolve());
      process.stdin.resume();
    }
    if (options.quitAfterBootSeconds !== null) setTimeout(resolve, options.quitAfterBootSeconds * 1000);
  });
}

function answer(question: 'help' | 'version' | 'list-avds'): number {
  const texts = {
    help: HELP,
    version: 'Android emulator version 0.1.0 (sleeptalk simulated handset; not the Android Emulator)\n',
    'list-avds': 'sleeptalk\n',
  };
  process.stdout.write(texts[question]);
  return 0;
}

const HELP = `sleeptalk simulated handset: usage: emulator [options]

Understood as by the Android Emulator:
  -avd NAME  -port PORT  -ports CONSOLE,ADB  -http-proxy URL  -timezone ZONE  -prop NAME=VALUE
  -selinux disabled|permissive  -writable-system  -logcat-output FILE
  -quit-after-boot SECONDS  -verbose  -list-avds  -version  -help
Accepted without effect: -no-window, -no-audio, -no-boot-anim, -no-snapshot*, -read-only, -wipe-data, -gpu MODE, ...
Of the simulated handset:
  -api-level 28..36       Android's API level (34)
  -clock-rate N           device seconds per host second (1)
  -seed N                 what everything random in the handset grows from (1)
  -adb-server-port PORT   the adb server to register with (ANDROID_ADB_SERVER_PORT, or 5037)
  -exit-with-stdin        end when standard input ends
  -port 0                 any free pair of ports; the JSON line on standard output names it
`;

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof OptionFault) process.stderr.write(`${error.message}\n`);
  else if (error instanceof PortBusy) process.stderr.write(`emulator: ERROR: ${error.message}\n`);
  else throw error;
  process.exitCode = 1;
}
// Sockets that a hostile app left half open may not keep an ended handset alive.
process.exit();
