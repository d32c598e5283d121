import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { AdbAddress } from './adb-server.ts';
import { startChild, type Child } from './child.ts';
import { killByConsole } from './console.ts';
import type { Guard } from './guard.ts';
import { findConsolePort } from './port.ts';
import { waitUntilReady } from './ready.ts';

/** An emulator that runs and is booted. Disposing it asks it to end by its console, then by signals. */
export interface Emulator extends AsyncDisposable {
  readonly serial: string;
  readonly consolePort: number;
  readonly running: boolean;
  /** The last lines that it said, for the sentence that explains its end. */
  tail(lines?: number): string;
}

export interface EmulatorOptions {
  readonly program: string;
  readonly avd: string;
  readonly adb: AdbAddress;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  /** Host milliseconds from the start of the program to a booted Android. */
  readonly deadlineMs: number;
  /** What only the simulated handset understands; absent for the SDK's emulator. */
  readonly simulated?: { readonly apiLevel: number; readonly clockRate: number; readonly seed: number };
}

/** The line that the simulated handset prints when it can be reached. */
const ReadyLine = z.looseObject({
  ready: z.literal(true),
  serial: z.string(),
  consolePort: z.number().int(),
  adbPort: z.number().int(),
});

/** Flags of the SDK's emulator (emulator -help): a read-only copy that keeps nothing and shows nothing. */
const QUIET = ['-no-window', '-no-audio', '-no-boot-anim', '-no-snapshot-save', '-read-only'] as const;

/**
 * Starts an emulator, simulated or real, registered with the adb server given, and waits until Android is ready.
 * Errors: `emulator-failed` with the last lines of its output, `deadline-passed`.
 */
export async function launchEmulator(options: EmulatorOptions): Promise<Emulator> {
  options.signal.throwIfAborted();
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  let announce: (ready: z.infer<typeof ReadyLine>) => void = () => undefined;
  const announced = new Promise<z.infer<typeof ReadyLine>>((resolve) => (announce = resolve));
  const port = options.simulated === undefined ? await findConsolePort() : 0;
  const child = await startChild({
    command: options.program,
    args: argumentsFor(options, port),
    env: { ...process.env, ANDROID_ADB_SERVER_PORT: String(options.adb.port) },
    guard: options.guard,
    stdin: 'pipe',
    onLine: (line) => {
      const ready = readReadyLine(line);
      if (ready !== null) announce(ready);
    },
  }).catch((cause: unknown) => {
    throw new Fault('emulator-failed', `${options.program} cannot be started`, { cause });
  });
  try {
    const place =
      options.simulated === undefined
        ? { serial: `emulator-${port}`, consolePort: port }
        : await orEnd(announced, child, signal);
    await orEnd(waitUntilReady(options.adb, place.serial, signal), child, signal);
    return {
      serial: place.serial,
      consolePort: place.consolePort,
      get running() {
        return child.running;
      },
      tail: (lines) => child.tail(lines),
      [Symbol.asyncDispose]: () => end(child, place.consolePort),
    };
  } catch (error) {
    const words = child.words(12);
    await child.stop();
    options.signal.throwIfAborted();
    if (deadline.aborted) {
      throw new Fault('emulator-failed', `not ready within ${options.deadlineMs / 1000} s; it last said: ${words}`);
    }
    throw error;
  }
}

function argumentsFor(options: EmulatorOptions, port: number): string[] {
  const common = ['-avd', options.avd, '-port', String(port), ...QUIET];
  const { simulated } = options;
  if (simulated === undefined) return [...common, '-gpu', 'swiftshader_indirect'];
  return [
    ...common,
    ...['-api-level', String(simulated.apiLevel), '-clock-rate', String(simulated.clockRate)],
    ...['-seed', String(simulated.seed), '-adb-server-port', String(options.adb.port), '-exit-with-stdin'],
  ];
}

function readReadyLine(line: string): z.infer<typeof ReadyLine> | null {
  if (!line.startsWith('{') || line.length > 4096) return null;
  try {
    return ReadyLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // a line of log that happens to begin with a brace
  }
}

/** The promise, or the fault that the emulator ended (or the wait was given up) before it was settled. */
async function orEnd<T>(promise: Promise<T>, child: Child, signal: AbortSignal): Promise<T> {
  let giveUp: () => void = () => undefined;
  const ended = child.exited.then(async ({ code, signal: by }) => {
    await sleep(50); // its last words may still be on their way through the pipe
    const words = child.words(12);
    throw new Fault('emulator-failed', `it ended with ${by ?? `status ${code ?? 'unknown'}`} and said: ${words}`);
  });
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Fault('emulator-failed', 'the wait was given up'));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
  try {
    return await Promise.race([promise, ended, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    ended.catch(() => undefined); // it ends later, when nobody waits for this any more
    promise.catch(() => undefined); // given up: its fault is that of the end or of the deadline
  }
}

async function end(child: Child, consolePort: number): Promise<void> {
  if (child.running && (await killByConsole(consolePort))) {
    const timer = new AbortController();
    await Promise.race([
      child.exited,
      sleep(5000, undefined, { signal: timer.signal }).catch(() => undefined), // it ended: no more waiting
    ]);
    timer.abort();
  }
  await child.stop();
}
