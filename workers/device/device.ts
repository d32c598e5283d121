import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { asFault, openService } from './adb-link.ts';
import type { AdbAddress } from './adb-server.ts';
import type { Device, DeviceFacts, DeviceKind } from './handset.ts';
import { mustRun, openShell, readAll, type Shell } from './shell.ts';
import { pullBytes, pushBytes } from './sync.ts';

/** Binds a device that is booted: its shell, its files and what it says of itself. */
export async function openDevice(address: AdbAddress, serial: string, signal: AbortSignal): Promise<Device> {
  const shell = await openShell(address, serial, signal);
  const facts = await readDeviceFacts(shell);
  const either = (own?: AbortSignal): AbortSignal => (own === undefined ? signal : AbortSignal.any([signal, own]));
  return {
    ...facts,
    serial,
    adb: { host: address.host, port: address.port },
    shell,
    push: (bytes, path, mode, own) => pushBytes(address, serial, bytes, path, mode, either(own)),
    pull: (path, mostBytes, own) => pullBytes(address, serial, path, mostBytes, either(own)),
    stream: (commandLine, bytes, own) => streamInto(address, serial, commandLine, bytes, either(own)),
  };
}

/** Reads the properties and features that decide what may run here. Error: `adb-failed` where they make no sense. */
export async function readDeviceFacts(shell: Shell): Promise<DeviceFacts> {
  const properties = parseProperties(await mustRun(shell, 'getprop', 'adb-failed', 'reading the properties'));
  const features = await mustRun(shell, 'pm list features', 'adb-failed', 'reading the features');
  const services = await shell('pm path com.google.android.gms');
  const property = (name: string): string => properties.get(name) ?? '';
  const apiLevel = Number(property('ro.build.version.sdk'));
  if (!Number.isInteger(apiLevel) || apiLevel < 1) {
    throw new Fault('adb-failed', `the device names no API level: "${printable(property('ro.build.version.sdk'))}"`);
  }
  return {
    kind: kindOf(property),
    apiLevel,
    release: property('ro.build.version.release'),
    model: property('ro.product.model'),
    abis: (property('ro.product.cpu.abilist') || property('ro.product.cpu.abi')).split(',').filter((abi) => abi !== ''),
    clockRate: clockRateOf(property),
    features: [...features.matchAll(/^feature:([^\s=]+)/gm)].map((match) => match[1] ?? ''),
    playServices: services.stdout.startsWith('package:'),
    fingerprint: property('ro.build.fingerprint'),
  };
}

/** Lines of `getprop`: `[name]: [value]`; a value may span lines. */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const match of text.matchAll(/^\[([^\]\n]+)\]: \[([^\]]*)\]\r?$/gm))
    properties.set(match[1] ?? '', match[2] ?? '');
  return properties;
}

function kindOf(property: (name: string) => string): DeviceKind {
  if (property('ro.boot.sleeptalk.simulated') === '1') return 'simulated';
  if (property('ro.kernel.qemu') === '1' || property('ro.boot.qemu') === '1') return 'emulator';
  return 'physical';
}

function clockRateOf(property: (name: string) => string): number {
  if (property('ro.boot.sleeptalk.simulated') !== '1') return 1;
  const rate = Number(property('ro.boot.sleeptalk.clock_rate'));
  if (!(rate > 0)) throw new Fault('adb-failed', 'the simulated handset names no clock rate');
  return rate;
}

async function streamInto(
  address: AdbAddress,
  serial: string,
  commandLine: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<string> {
  const stream = await openService(address, serial, `exec:${commandLine}`, signal);
  const answer = readAll(stream, 1024 * 1024);
  answer.catch(() => undefined); // awaited below; a failing write must not leave it unheard
  try {
    for await (const chunk of bytes) {
      if (stream.destroyed || stream.readableEnded) break; // the device has answered already, without reading on
      await new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
    return (await answer).toString('utf8');
  } catch (error) {
    signal.throwIfAborted();
    // A refusal may close the stream under our writes: then the device's words matter, not the broken pipe.
    const words = await answer.then((text) => text.toString('utf8')).catch(() => '');
    if (words !== '') return words;
    throw asFault(error, serial, commandLine);
  } finally {
    stream.destroy();
  }
}
