import type { Android, Base, Contribution, Dumps, Parts, Programs, Traffic } from './system.ts';

/** How the two other parts are made. */
export interface Makers {
  readonly createAndroid: (parts: Parts) => Android;
  readonly createTraffic: (parts: Parts) => Traffic;
}

/** The parts as one, and what ends them. */
export interface BoundParts extends Parts {
  readonly console: NonNullable<Contribution['console']>;
  close(): Promise<void>;
}

/**
 * Makes the parts that need each other. Each maker is given an object whose late properties may be read only when all
 * are made; then every part's `start` runs.
 */
export function bindParts(base: Base, own: Contribution, { createAndroid, createTraffic }: Makers): BoundParts {
  const late = new Map<keyof Parts, unknown>();
  const parts = lateParts(base, late);
  const traffic = createTraffic(parts);
  const android = createAndroid(parts);
  const all: readonly Contribution[] = [own, traffic, android];

  for (const name of ['settings', 'packages', 'processes', 'services', 'front'] as const) late.set(name, android[name]);
  for (const name of ['power', 'broadcasts'] as const) late.set(name, traffic[name]);
  late.set('programs', merged<Programs>(all.map((part) => part.programs)));
  late.set('dumps', merged<Dumps>(all.map((part) => part.dumps)));
  late.set('commands', merged<Programs>(all.map((part) => part.commands)));
  late.set('serviceDumps', merged<Dumps>(all.map((part) => part.serviceDumps)));
  for (const part of all) part.start?.();

  return Object.defineProperties(parts, {
    console: { value: merged(all.map((part) => part.console)) },
    close: {
      value: async () => {
        for (const part of all.toReversed()) await part.close?.();
      },
    },
  }) as BoundParts;
}

const LATE = [
  'settings',
  'packages',
  'processes',
  'services',
  'front',
  'power',
  'broadcasts',
  'programs',
  'dumps',
  'commands',
  'serviceDumps',
] as const satisfies readonly (keyof Parts)[];

function lateParts(base: Base, late: ReadonlyMap<keyof Parts, unknown>): Parts {
  const parts: object = { ...base };
  for (const name of LATE) {
    Object.defineProperty(parts, name, {
      enumerable: true,
      get() {
        if (!late.has(name)) throw new Error(`the part '${name}' was used before all parts were made`);
        return late.get(name);
      },
    });
  }
  return parts as Parts;
}

/** Later parts win, so that a part that owns the state of a program replaces a simpler one. */
function merged<T extends Readonly<Record<string, unknown>>>(contributions: readonly (T | undefined)[]): T {
  return Object.freeze(Object.assign(Object.create(null) as object, ...contributions)) as T;
}
