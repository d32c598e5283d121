import { hostname } from 'node:os';
import { DeviceClass } from '../orchestrator/contract/device.ts';
import type { Device } from '../orchestrator/contract/device.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';

/** One place for a device session, as a worker is told of it. */
export interface PlaceConfig {
  readonly class: DeviceClass;
  readonly kind: Device['kind'];
  /** What is leased: `simulated`, a serial, or the name of an AVD. */
  readonly target: string;
}

const MOST_PLACES = 64;

/**
 * Reads SLEEPTALK_DEVICES: `CLASS:PLACES` for simulated handsets, `CLASS=SERIAL` for a connected device, `CLASS=avd/NAME`
 * for a virtual one; separated by commas. A class may be named more than once.
 * @throws Fault `config-invalid` naming the part and what was expected
 */
export function parseDevices(text: string): readonly PlaceConfig[] {
  const places: PlaceConfig[] = [];
  const taken = new Set<string>();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    for (const place of parsePart(part)) {
      if (place.kind !== 'simulated') {
        if (taken.has(place.target)) throw invalid(part, `${printable(place.target)} is named twice`);
        taken.add(place.target);
      }
      places.push(place);
    }
  }
  if (places.length === 0) throw new Fault('config-invalid', 'SLEEPTALK_DEVICES: expected at least one place');
  if (places.length > MOST_PLACES)
    throw new Fault('config-invalid', `SLEEPTALK_DEVICES: more than ${MOST_PLACES} places`);
  return places;
}

function parsePart(part: string): PlaceConfig[] {
  const [, name = '', sign, rest = ''] = /^([^:=]*)([:=])(.*)$/.exec(part) ?? [];
  if (sign === undefined) throw invalid(part, 'expected CLASS:PLACES, CLASS=SERIAL or CLASS=avd/NAME');
  const parsed = DeviceClass.safeParse(name);
  if (!parsed.success) throw invalid(part, 'the class: lower-case letters, digits and dashes expected');
  if (sign === ':') {
    const count = Number(rest);
    if (!/^\d{1,2}$/.test(rest) || count < 1)
      throw invalid(part, `the places: a number from 1 to ${MOST_PLACES} expected`);
    return Array.from({ length: count }, () => ({ class: parsed.data, kind: 'simulated', target: 'simulated' }));
  }
  const virtual = /^avd\/(.+)$/.exec(rest)?.[1];
  const target = virtual ?? rest;
  if (!/^[A-Za-z0-9._:-]{1,100}$/.test(target))
    throw invalid(part, 'a serial, or avd/ and the name of an AVD, expected');
  if (target === 'simulated') throw invalid(part, `simulated handsets are asked for as ${name}:1`);
  const kind = virtual !== undefined || target.startsWith('emulator-') ? 'emulator' : 'physical';
  return [{ class: parsed.data, kind, target }];
}

function invalid(part: string, why: string): Fault {
  return new Fault('config-invalid', `SLEEPTALK_DEVICES: ${printable(part)}: ${why}`);
}

/**
 * The name of this worker in the list of devices: what it was given, else that of the host, with the number of the
 * process where there may be several on it.
 */
export function workerName(given: string | undefined, isAlone: boolean): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 48);
  return given ?? (isAlone ? host : `${host}-${process.pid}`);
}
