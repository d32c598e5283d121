/** Departures, most of them built to escape. */
import { NO_TIMER } from '../apps.ts';
import { ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, TWO_VISITS, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

type Harmful = Omit<Family, 'kind' | 'label'>;

const FAMILIES: readonly Harmful[] = [
  {
    name: 'beacon of another make',
    because:
      'A timer in background to a raw address or a name nobody knows, uploading, which nothing in the manifest asks for.',
    apps: NO_TIMER,
    plan: (random, app) => ({
      phases: random.chance(0.5) ? TWO_VISITS : HOUR,
      habits: [
        use(app, random),
        beacon(random.logWithin([25, 560]), {
          jitter: random.within([0, 0.35]),
          missedShare: random.within([0, 0.2]),
          hosts: [random.chance(0.5) ? '198.51.100.77' : 'status.quietfield.example'],
          port: random.chance(0.5) ? 8443 : 443,
          up: [700, 900],
          down: [90, 140],
        }),
      ],
    }),
  },
  {
    name: 'slow and steady',
    because: 'Every 10 to 14 minutes for hours: too fast for what the function may, too steady for a person.',
    apps: ['game', 'finance', 'browser', 'weather', 'launcher', 'mail-sync'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        beacon(random.within([560, 680]), { hosts: ['status.quietfield.example'], up: [700, 900], down: [90, 140] }),
      ],
    }),
  },
  {
    name: 'in packs',
    because: 'Packs of six beats, then silence for as long: an upload habit of an app that has no use for one.',
    apps: ['torch', 'music', 'finance'],
    adversarial: true,
    plan: (random, app) => {
      const everySeconds = random.within([20, 40]);
      const packs = [12, 22, 33, 45].map((fromMinute) =>
        beacon(everySeconds, { fromMinute, toMinute: fromMinute + 4, hosts: ['status.quietfield.example'] }),
      );
      return { phases: HOUR, habits: [use(app, random), ...packs] };
    },
  },
  {
    name: 'crash service as a mailbox',
    because: 'Every few minutes kilobytes go to a crash service, and nothing crashes and no pause grows.',
    apps: ['messaging', 'game', 'navigation'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([140, 400]), { hosts: ['o7.ingest.sentry.io'], up: [2_000, 6_000], down: [60, 120] }),
      ],
    }),
  },
  {
    name: 'cloud bucket as a mailbox',
    because: 'Uploads every few minutes to a bucket that anybody may rent.',
    apps: ['weather', 'video', 'accessibility-tool'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([200, 500]), {
          hosts: ['firebasestorage.googleapis.com'],
          up: [4_000, 9_000],
          down: [200, 400],
        }),
      ],
    }),
  },
  {
    name: 'connectivity check as a cover',
    because: 'No check of the network is made every two or three minutes for an hour, and with half a kilobyte.',
    apps: ['torch', 'messaging'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([120, 200]), {
          hosts: ['connectivitycheck.gstatic.com'],
          up: [500, 600],
          down: [120, 160],
        }),
      ],
    }),
  },
  {
    name: 'two visits to each stranger',
    because: 'Twelve names of twelve owners are contacted in turn, every few minutes, by an app that needs none.',
    apps: ['game', 'input-method', 'music'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        beacon(random.within([560, 660]), {
          jitter: 0.3,
          hosts: Array.from(
            { length: 12 },
            (_, i) => `n${(i * 7919 + 13).toString(36)}.w${(i * 104_729 + 7).toString(36)}.example`,
          ),
        }),
      ],
    }),
  },
  {
    name: 'policy of eight servers',
    because: 'Each of eight servers is asked as often as one may be: together every two or three minutes.',
    apps: ['device-admin', 'mail-sync'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        beacon(random.within([130, 170]), {
          hosts: [...'abcdefgh'].map((letter) => `${letter}.quiet${letter}field.example`),
          up: [400, 600],
          down: [700, 900],
        }),
      ],
    }),
  },
  {
    name: 'as a job, against the grain',
    because: 'The period is allowed, the direction is not: it uploads where the function downloads.',
    apps: ['weather', 'messaging'],
    adversarial: true,
    times: 2,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        job('status.quietfield.example', random.within([30, 60]), {
          up: [4_000, 9_000],
          down: [150, 400],
        }),
      ],
    }),
  },
  {
    name: 'declares everything, and waits',
    because:
      'An app that claims a dozen unrelated functions has declared none: a job of 15 minutes uploads to a stranger.',
    apps: ['declares everything'],
    adversarial: true,
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [use(app, random), job('status.quietfield.example', 15, { up: [900, 4_000], down: [200, 400] })],
    }),
  },
  {
    name: 'pushes that are orders',
    because: 'Each push is answered by tens of kilobytes to a stranger, and nothing is fetched.',
    apps: ['finance', 'video', 'torch with ads'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: random.within([150, 350]) },
      habits: [
        use(app, random),
        {
          does: 'answer-push',
          afterSeconds: [1, 30],
          share: 0.9,
          hosts: ['status.quietfield.example'],
          up: [10_000, 60_000],
          down: [90, 300],
        },
      ],
    }),
  },
  {
    name: 'what was typed, in batches',
    because: 'Four batches of kilobytes go up while the keyboard was used in other apps.',
    apps: ['input-method'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [12, 16, 21, 24.5].map((at) => at + random.uniform()),
          hosts: [ownHost(app, 'learn')],
          up: [6_000, 30_000],
          down: [80, 200],
        },
      ],
    }),
  },
  {
    name: 'further hosts of a VPN',
    because: 'Beside its one peer the VPN speaks to two strangers now and then.',
    apps: ['vpn'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 20,
          hosts: ['peer7.burrow.example'],
          port: 443,
          protocol: 'tls',
          socket: 'kept',
          up: [32, 900],
          down: [32, 900],
        },
        {
          does: 'chance',
          everySeconds: 240,
          spread: 0.6,
          phases: ASLEEP,
          hosts: ['one.quietfield.example'],
          up: [400, 4_000],
          down: [100, 300],
        },
      ],
    }),
  },
  {
    name: 'trip that never ends',
    because: 'The location service ran for ten minutes, the reports for the whole hour.',
    apps: ['navigation'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'location', fromMinute: 0, toMinute: 10 }],
      habits: [
        use(app, random),
        beacon(random.within([10, 50]), { hosts: [ownHost(app, 'track')], up: [150, 400], down: [30, 200] }),
      ],
    }),
  },
  {
    name: 'short poll of a messenger',
    because: 'A new connection every half minute to a second host, uploading: no messenger polls like that.',
    apps: ['messaging', 'messaging by SMS'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([25, 45]), { hosts: ['status.quietfield.example'], up: [500, 700], down: [90, 140] }),
      ],
    }),
  },
  {
    name: 'only in maintenance windows',
    because:
      'Bursts of small uploads in the windows of Doze, and in no other phase, of an app that has no use for them.',
    apps: ['torch', 'game', 'accessibility-tool'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        ...[125, 155, 190, 225].map((fromMinute) =>
          beacon(random.within([40, 70]), {
            fromMinute,
            toMinute: fromMinute + 3,
            hosts: ['status.quietfield.example'],
          }),
        ),
      ],
    }),
  },
  {
    name: 'beacon among analytics',
    because: 'Analytics batches as rare as they may be, and beside them a timer to a stranger.',
    apps: ['weather', 'fitness', 'music'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 3000,
          jitter: 0.1,
          phases: ASLEEP,
          hosts: ['app-measurement.com'],
          up: [3_000, 20_000],
          down: [80, 160],
        },
        beacon(random.within([300, 700]), { hosts: ['edge.quietfield.example'], jitter: 0.4 }),
      ],
    }),
  },
  {
    name: 'perfect mimicry',
    because: 'An upload every half hour to an analytics service with an account of its own: only what is inside tells.',
    apps: ['fitness'],
    adversarial: true,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        beacon(random.within([1900, 2200]), {
          jitter: 0.1,
          hosts: ['api2.amplitude.com'],
          up: [4_000, 9_000],
          down: [60, 120],
        }),
      ],
    }),
  },
];

export const HARMFUL: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'harmful' as const,
  label: 'inconsistent' as const,
}));
