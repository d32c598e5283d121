import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { DevicePower } from '../power/power.ts';
import type { ConsoleCommand } from '../system.ts';
import type { PlayServices } from './play-services.ts';

const MOST_BYTES = 4096;

/** Console commands: `push send PKG [high|normal] [BYTES]`, which real emulators lack, and `power`, which they have. */
export function trafficConsole(playServices: PlayServices, power: DevicePower): Record<string, ConsoleCommand> {
  return {
    push: (args) => push(playServices, args[0] === 'push' ? args.slice(1) : args),
    power: (args) => hardware(power, args[0] === 'power' ? args.slice(1) : args),
  };
}

function push(playServices: PlayServices, args: readonly string[]): string {
  const [verb, packageName, priority = 'high', bytes = '120'] = args;
  if (verb !== 'send') throw new Error('missing sub-command: push send PKG [high|normal] [bytes]');
  if (packageName === undefined || !/^[\w.]{1,255}$/.test(packageName)) throw new Error('bad package name');
  if (priority !== 'high' && priority !== 'normal') throw new Error('priority is high or normal');
  if (!/^\d{1,4}$/.test(bytes) || Number(bytes) > MOST_BYTES) throw new Error(`bytes is a number up to ${MOST_BYTES}`);
  return playServices.receive(packageName, priority, Number(bytes));
}

const STATUS: Readonly<Record<string, number>> = {
  unknown: 1,
  charging: 2,
  discharging: 3,
  'not-charging': 4,
  full: 5,
};

function hardware(power: DevicePower, args: readonly string[]): string {
  const [verb, value = ''] = args;
  if (verb === 'display') {
    const { acPowered, status, level } = power.battery;
    return [`AC: ${acPowered ? 'online' : 'offline'}`, `status: ${status}`, `capacity: ${level}`].join('\r\n');
  }
  if (verb === 'ac' && (value === 'on' || value === 'off')) {
    power.setHardware({ acPowered: value === 'on' });
    return '';
  }
  const status = lookUp(STATUS, value);
  if (verb === 'status' && status !== undefined) {
    power.setHardware({ status });
    return '';
  }
  if (verb === 'capacity' && /^\d{1,3}$/.test(value) && Number(value) <= 100) {
    power.setHardware({ level: Number(value) });
    return '';
  }
  if (verb === 'present' || verb === 'health') return '';
  throw new Error('bad sub-command');
}
