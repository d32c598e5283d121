import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Opened } from '../../orchestrator/store/opened.ts';
import { connectDevice, listDevices, readServerVersion } from './adb-link.ts';
import { findAdb } from './adb-program.ts';
import { startAdbServer, useAdbServer, type AdbServer } from './adb-server.ts';
import { launchEmulator } from './emulator.ts';
import { findSdkEmulator, findSimulatedEmulator, listAvds } from './emulator-program.ts';
import type { Guard } from './guard.ts';

/** Where the device that was chosen is to be found, after it was launched if it had to be. */
export interface Place {
  readonly server: AdbServer;
  readonly serial: string;
  readonly launched: boolean;
}

export interface PlaceChoice {
  readonly device: string;
  readonly apiLevel: number;
  readonly clockRate: number;
  readonly seed: number;
  readonly adbServer: string | null;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  readonly step: (step: string) => void;
  /** Takes what is started here, to be closed with the lease. */
  readonly opened: Opened;
}

const SIMULATED_DEADLINE_MS = 60_000;
/** A cold boot takes about 40 s with KVM and minutes without. */
const EMULATOR_DEADLINE_MS = 300_000;
const PERSONS_SERVER = { host: '127.0.0.1', port: 5037 } as const;

/** `HOST:PORT` of a device whose adbd listens on the network: an emulator in another container, a board in a rack. */
const NETWORK_DEVICE = /^[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5}$/;
const NETWORK_DEADLINE_MS = 30_000;

/**
 * Finds the device: the word 'simulated', then a connected device of that serial, then one on the network at that
 * `HOST:PORT`, then a virtual device of that name.
 */
export async function findPlace(choice: PlaceChoice): Promise<Place> {
  if (choice.device === 'simulated') return launchSimulated(choice);
  const connected = await findConnected(choice);
  if (connected !== null) return connected;
  return NETWORK_DEVICE.test(choice.device) ? connectOverNetwork(choice) : launchAvd(choice);
}

async function connectOverNetwork(choice: PlaceChoice): Promise<Place> {
  const server = await serverToLaunchWith(choice);
  choice.step(`connecting to ${choice.device}`);
  await connectDevice(server, choice.device, choice.signal);
  const endMs = performance.now() + NETWORK_DEADLINE_MS;
  for (;;) {
    const known = await listDevices(server, choice.signal);
    const state = known.find(({ serial }) => serial === choice.device)?.state ?? 'gone';
    if (state === 'device') return { server, serial: choice.device, launched: false };
    if (performance.now() > endMs) {
      const help = state === 'unauthorized' ? ' It does not know the key of this machine (~/.android/adbkey).' : '';
      throw new Fault('device-not-found', `${choice.device} is ${printable(state)}.${help}`);
    }
    await sleep(100, undefined, { signal: choice.signal });
  }
}

async function launchSimulated(choice: PlaceChoice): Promise<Place> {
  const program = findSimulatedEmulator();
  const server = await serverToLaunchWith(choice);
  choice.step('starting the simulated handset');
  const emulator = await launchEmulator({
    program,
    avd: `sleeptalk-api${choice.apiLevel}`,
    adb: server,
    guard: choice.guard,
    signal: choice.signal,
    deadlineMs: SIMULATED_DEADLINE_MS,
    simulated: { apiLevel: choice.apiLevel, clockRate: choice.clockRate, seed: choice.seed },
  });
  choice.opened.use(emulator);
  return { server, serial: emulator.serial, launched: true };
}

async function findConnected(choice: PlaceChoice): Promise<Place | null> {
  const server = await personsServer(choice);
  if (server === null) return null;
  const known = await listDevices(server, choice.signal);
  const found = known.find(({ serial }) => serial === choice.device);
  if (found === undefined) return null;
  if (found.state !== 'device') {
    const help = found.state === 'unauthorized' ? ' Confirm the request on its screen.' : '';
    throw new Fault('device-not-found', `${printable(choice.device)} is ${printable(found.state)}.${help}`);
  }
  return { server: choice.opened.use(server), serial: choice.device, launched: false };
}

async function launchAvd(choice: PlaceChoice): Promise<Place> {
  const program = findSdkEmulator(choice.env ?? process.env);
  const avds = program === null ? [] : await listAvds(program, choice.signal);
  if (program === null || !avds.includes(choice.device)) throw await notFound(choice, program, avds);
  const server = await serverToLaunchWith(choice);
  choice.step(`starting the emulator ${choice.device}`);
  const emulator = await launchEmulator({
    program,
    avd: choice.device,
    adb: server,
    guard: choice.guard,
    signal: choice.signal,
    deadlineMs: EMULATOR_DEADLINE_MS,
  });
  choice.opened.use(emulator);
  return { server, serial: emulator.serial, launched: true };
}

async function serverToLaunchWith(choice: PlaceChoice): Promise<AdbServer> {
  if (choice.adbServer !== null) return choice.opened.use(await useAdbServer(choice.adbServer, choice.signal));
  choice.step('starting a private adb server');
  const adb = findAdb(choice.env ?? process.env);
  return choice.opened.use(await startAdbServer({ adb, guard: choice.guard, signal: choice.signal }));
}

/** The server that may know a connected device: the one named, else the usual one where it runs already. */
async function personsServer(choice: PlaceChoice): Promise<AdbServer | null> {
  if (choice.adbServer !== null) return useAdbServer(choice.adbServer, choice.signal);
  const named = Number((choice.env ?? process.env)['ANDROID_ADB_SERVER_PORT'] ?? PERSONS_SERVER.port);
  const address = { host: PERSONS_SERVER.host, port: named > 0 && named < 65_536 ? named : PERSONS_SERVER.port };
  if ((await readServerVersion(address, choice.signal)) === null) return null;
  return { ...address, ours: false, [Symbol.asyncDispose]: async () => undefined };
}

async function notFound(choice: PlaceChoice, program: string | null, avds: readonly string[]): Promise<Fault> {
  const server = await personsServer(choice);
  const known = server === null ? [] : await listDevices(server, choice.signal);
  const connected = known.map(({ serial, state }) => `${serial} (${state})`).join(', ') || 'none';
  const virtual = program === null ? 'none, as no SDK emulator is here' : avds.join(', ') || 'none';
  const hint = server === null ? ' No adb server runs on 127.0.0.1: start it with "adb start-server".' : '';
  return new Fault(
    'device-not-found',
    `"${printable(choice.device)}" is neither connected (${printable(connected)}) nor a virtual device (${printable(virtual)}).${hint}`,
  );
}
