import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { openService } from './adb-link.ts';
import type { Device } from './handset.ts';
import type { RouteTarget } from './routing.ts';
import { readAll } from './shell.ts';

/** An address on the device that leads to a port of the host's 127.0.0.1; disposing it takes it away. */
export interface Reach extends RouteTarget, AsyncDisposable {}

/**
 * On an emulator the address 10.0.2.2 is the host's loopback (developer.android.com, emulator networking). Any other
 * device gets a reverse forward over adb on a port of its choice. Error: `routing-failed`.
 */
export async function reachHost(
  device: Pick<Device, 'adb' | 'serial' | 'kind'>,
  hostPort: number,
  signal: AbortSignal,
): Promise<Reach> {
  if (device.kind !== 'physical') {
    return { host: '10.0.2.2', port: hostPort, [Symbol.asyncDispose]: async () => undefined };
  }
  const port = Number(await ask(device, `reverse:forward:tcp:0;tcp:${hostPort}`, signal));
  if (!Number.isInteger(port) || port < 1) {
    throw new Fault('routing-failed', `${device.serial} offers no reverse forward to the proxy's port`);
  }
  return {
    host: '127.0.0.1',
    port,
    [Symbol.asyncDispose]: async () => {
      await ask(device, `reverse:killforward:tcp:${port}`, AbortSignal.timeout(10_000));
    },
  };
}

/** `OKAY`, then for port 0 a length of four hex digits and the port (AOSP adb, adb_listeners.cpp). */
async function ask(device: Pick<Device, 'adb' | 'serial'>, service: string, signal: AbortSignal): Promise<string> {
  const stream = await openService(device.adb, device.serial, service, signal);
  const answer = (await readAll(stream, 4096)).toString('utf8');
  if (answer.startsWith('FAIL')) throw new Fault('routing-failed', `${service}: ${printable(answer.slice(8))}`);
  return answer.replace(/^(OKAY)+/, '').slice(4);
}
