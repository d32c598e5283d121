import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { AdbAddress } from './adb-server.ts';

/** The part of adbkit that is used here; its own declarations need types that it does not ship (Bluebird's). */
interface AdbConnection {
  readonly socket: Socket;
  readonly parser: { readAscii(count: number): PromiseLike<string>; readValue(): PromiseLike<Buffer> };
  write(bytes: Buffer): unknown;
  on(event: 'error', listener: () => void): unknown;
}
interface AdbClient {
  connection(): PromiseLike<AdbConnection>;
  version(): PromiseLike<number>;
  kill(): PromiseLike<boolean>;
  listDevices(): PromiseLike<{ readonly id: string; readonly type: string }[]>;
}

// adbkit is CommonJS whose exports are getters: an ESM import of it means one thing to Node and another to Vite.
const { Adb } = createRequire(import.meta.url)('@devicefarmer/adbkit') as {
  readonly Adb: { createClient(options: { host: string; port: number; bin: string }): AdbClient };
};

/** A stream to a service of the device (`shell:…`, `exec:…`, `root:`), after adb said OKAY. */
export type ServiceStream = Socket;

/** Devices that an adb server knows, with their state: device, offline, unauthorized, … */
export interface KnownDevice {
  readonly serial: string;
  readonly state: string;
}

/** The protocol version of the server, or null where none answers. */
export async function readServerVersion(address: AdbAddress, signal: AbortSignal): Promise<number | null> {
  if (signal.aborted) return null;
  return Promise.resolve(adbClient(address).version()).catch(() => null); // refused, reset, not adb: nobody to talk to
}

/** Ends the server at an address that is ours, if one answers there. */
export async function endServer(address: AdbAddress): Promise<void> {
  await Promise.resolve(adbClient(address).kill()).catch(() => undefined); // nobody there: that is what was wanted
}

export async function listDevices(address: AdbAddress, signal: AbortSignal): Promise<KnownDevice[]> {
  signal.throwIfAborted();
  const devices = await Promise.resolve(adbClient(address).listDevices()).catch((cause: unknown) => {
    throw new Fault('adb-failed', `the adb server at ${address.host}:${address.port} does not answer`, { cause });
  });
  return devices.map((device) => ({ serial: device.id, state: device.type }));
}

/**
 * Has the server connect to a device over the network, as `adb connect HOST:PORT`. Resolves before the device is ready.
 * Error: `device-not-found` with adb's own words.
 */
export async function connectDevice(address: AdbAddress, device: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const connection = await connect(address);
  const abandon = (): void => void connection.socket.destroy();
  signal.addEventListener('abort', abandon, { once: true });
  connection.on('error', () => undefined); // seen by whoever reads the socket; unheard, adbkit would throw it globally
  try {
    await request(connection, `host:connect:${device}`);
    // Also a failure is answered OKAY, with the reason in words (AOSP adb/transport.cpp, connect_device).
    const words = (await connection.parser.readValue()).toString('utf8');
    if (!/^(already )?connected to /.test(words)) throw new Error(words);
  } catch (error) {
    signal.throwIfAborted();
    const words = printable(error instanceof Error ? error.message : String(error));
    throw new Fault('device-not-found', `${printable(device)}: ${words}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', abandon);
    connection.socket.destroy();
  }
}

/** What the device's adbd can do: shell_v2, cmd, abb_exec, … Error: `device-offline`. */
export async function readAdbFeatures(address: AdbAddress, serial: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  const connection = await connect(address);
  try {
    await request(connection, `host-serial:${serial}:features`);
    return (await connection.parser.readValue()).toString('utf8').split(',');
  } catch (error) {
    throw asFault(error, serial, 'features');
  } finally {
    connection.socket.destroy();
  }
}

/**
 * Opens a service on the device. The caller owns the socket and must destroy it. Aborting destroys it.
 * Errors: `device-offline` where the transport is gone, `adb-failed` where the device refuses the service.
 */
export async function openService(
  address: AdbAddress,
  serial: string,
  service: string,
  signal: AbortSignal,
): Promise<ServiceStream> {
  signal.throwIfAborted();
  const connection = await connect(address);
  const abandon = (): void => void connection.socket.destroy();
  signal.addEventListener('abort', abandon, { once: true });
  connection.socket.once('close', () => signal.removeEventListener('abort', abandon));
  connection.on('error', () => undefined); // seen by whoever reads the socket; unheard, adbkit would throw it globally
  try {
    await request(connection, `host:transport:${serial}`);
    await request(connection, service);
    return connection.socket;
  } catch (error) {
    connection.socket.destroy();
    signal.throwIfAborted();
    throw asFault(error, serial, service);
  }
}

function adbClient(address: AdbAddress): AdbClient {
  // adbkit starts a daemon by itself where none answers. A server that went away is a fault to see, so the program
  // that it would run is one that always fails.
  return Adb.createClient({ host: address.host, port: address.port, bin: '/bin/false' });
}

async function connect(address: AdbAddress): Promise<AdbConnection> {
  return Promise.resolve(adbClient(address).connection()).catch((cause: unknown) => {
    throw new Fault('device-offline', `the adb server at ${address.host}:${address.port} went away`, { cause });
  });
}

/** One request of the smart-socket protocol: four hex digits of length, text; OKAY or FAIL (AOSP adb/OVERVIEW.TXT). */
async function request(connection: AdbConnection, text: string): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  connection.write(Buffer.concat([Buffer.from(bytes.length.toString(16).padStart(4, '0')), bytes]));
  const reply = await connection.parser.readAscii(4);
  if (reply === 'OKAY') return;
  const reason = reply === 'FAIL' ? (await connection.parser.readValue()).toString('utf8') : `answered ${reply}`;
  throw new Error(reason);
}

const GONE = /not found|offline|no devices|closed|Premature end|unauthorized|ECONNRESET|EPIPE/i;

/** Turns adb's words into the fault they mean. */
export function asFault(error: unknown, serial: string, doing: string): Fault {
  if (error instanceof Fault) return error;
  const words = printable(error instanceof Error ? error.message : String(error));
  const code = GONE.test(words) ? 'device-offline' : 'adb-failed';
  return new Fault(code, `${serial}: ${words} (while opening ${printable(doing, 80)})`, { cause: error });
}
