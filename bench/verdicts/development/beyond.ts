/** What the judge is known not to see: built to pass every rule that it has. Kept so that each limit stays named. */
import { ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

type Beyond = Pick<Family, 'name' | 'because' | 'apps' | 'plan'>;

const FAMILIES: readonly Beyond[] = [
  {
    name: 'three strangers at the licensed rate',
    because:
      'A mail app synchronises with its own servers; these are three strangers, each of which gets uploads only.',
    apps: ['mail-sync'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        ...['one', 'two', 'three'].map((name) =>
          job(`${name}.${name}field.example`, 16, { up: [2_000, 4_000], down: [150, 300] }),
        ),
      ],
    }),
  },
  {
    name: 'typed into its own screen',
    because:
      'Each text typed into a field of the keyboard itself is followed by an upload: that it is visible excuses nothing.',
    apps: ['input-method'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        {
          does: 'chance',
          everySeconds: 20,
          phases: ['foreground'],
          hosts: [ownHost(app, 'learn')],
          up: [900, 3_000],
          down: [80, 120],
        },
      ],
    }),
  },
  {
    name: 'position for a second host',
    because: 'While the location service runs, a stranger gets the position beside the host of the app.',
    apps: ['navigation'],
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'location', fromMinute: 1, toMinute: 60 }],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 20,
          service: 'location',
          hosts: [ownHost(app, 'live')],
          up: [180, 260],
          down: [40, 90],
        },
        beacon(random.within([25, 50]), { up: [180, 260], down: [40, 90] }),
      ],
    }),
  },
  {
    name: 'two uploads an hour to an analytics account of its own',
    because: 'The service is known and the rate is usual; only the content tells that no SDK wrote it.',
    apps: ['weather'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 1_950,
          jitter: 0.05,
          phases: ASLEEP,
          hosts: ['api2.amplitude.com'],
          up: [4_000, 9_000],
          down: [60, 120],
        },
      ],
    }),
  },
];

export const BEYOND: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'harmful' as const,
  adversarial: true,
  label: 'inconsistent' as const,
}));
