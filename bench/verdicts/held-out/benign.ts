/** Benign apps that do several things at once. */
import { anywhere, ASLEEP, FOUR_HOURS, HOUR, job, ownHost, TWO_VISITS, use } from '../habits.ts';
import type { Family, Habit, Plan } from '../scenario.ts';

const NIGHT: NonNullable<Plan['phases']> = [
  ['foreground', 20],
  ['background', 40],
  ['locked', 60],
  ['doze', 360],
];

function once(
  atMinutes: readonly number[],
  host: string,
  up: readonly [number, number],
  down: readonly [number, number],
): Habit {
  return { does: 'once', atMinutes, hosts: [host], up, down };
}

type Benign = Omit<Family, 'kind' | 'label'> & { readonly label?: Family['label'] };

const FAMILIES: readonly Benign[] = [
  {
    name: 'messenger with everything that messengers have',
    because:
      'Pushes are fetched, a sync runs every 20 to 40 minutes, one socket is kept open, and analytics send once an hour.',
    apps: ['messaging'],
    times: 5,
    plan: (random, app) => ({
      phases: random.chance(0.5) ? FOUR_HOURS : NIGHT,
      pushes: { everySeconds: random.within([200, 900]) },
      habits: [
        use(app, random),
        {
          does: 'answer-push',
          afterSeconds: [0.4, 12],
          share: 0.95,
          hosts: [ownHost(app)],
          up: [200, 900],
          down: [500, 9_000],
        },
        job(ownHost(app, 'sync'), random.within([20, 40])),
        {
          does: 'timer',
          everySeconds: random.within([300, 900]),
          jitter: 0.05,
          phases: ASLEEP,
          hosts: [ownHost(app, 'mqtt')],
          port: 8883,
          protocol: 'tls',
          socket: 'kept',
          up: [20, 50],
          down: [20, 50],
        },
        {
          does: 'timer',
          everySeconds: 3600,
          jitter: 0.1,
          phases: ASLEEP,
          hosts: ['app-measurement.com'],
          up: [3_000, 20_000],
          down: [80, 160],
        },
      ],
    }),
  },
  {
    name: 'mail of two accounts with push',
    because: 'Two servers are synchronised every 20 to 45 minutes, and pushes are fetched from a third.',
    apps: ['mail-sync'],
    times: 4,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      pushes: { everySeconds: random.within([600, 1500]) },
      habits: [
        use(app, random),
        job('imap.north.example', random.within([20, 45]), { port: 993, protocol: 'tls' }),
        job('exchange.south.example', random.within([20, 45])),
        { does: 'answer-push', afterSeconds: [1, 15], hosts: [ownHost(app)], up: [300, 700], down: [900, 40_000] },
      ],
    }),
  },
  {
    name: 'weather with its SDKs',
    because:
      'The widget downloads every 45 to 180 minutes; analytics, configuration and registration come as rarely as theirs may.',
    apps: ['weather'],
    times: 4,
    plan: (random, app) => ({
      phases: NIGHT,
      habits: [
        use(app, random),
        job(ownHost(app), random.within([45, 180]), { up: [200, 500], down: [6_000, 60_000] }),
        {
          does: 'timer',
          everySeconds: random.within([3000, 7000]),
          jitter: 0.2,
          phases: ASLEEP,
          hosts: ['app-measurement.com'],
          up: [3_000, 20_000],
          down: [80, 160],
        },
        once([0.1, random.within([60, 400])], 'firebaseremoteconfig.googleapis.com', [600, 1_200], [500, 9_000]),
        once([0.2, random.within([60, 400])], 'firebaseinstallations.googleapis.com', [600, 1_200], [500, 900]),
      ],
    }),
  },
  {
    name: 'tunnel over TCP',
    because: 'A VPN that falls back to TCP on one port of one peer, with a keep-alive of 10 to 90 seconds.',
    apps: ['vpn', 'security suite'],
    times: 2,
    plan: (random, app) => ({
      phases: TWO_VISITS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([10, 90]),
          jitter: 0.1,
          hosts: ['198.51.100.23'],
          port: 443,
          protocol: 'tls',
          socket: 'kept',
          up: [40, 900],
          down: [40, 5_000],
        },
      ],
    }),
  },
  {
    name: 'two trips',
    because: 'Position is shared while the location service runs, twice, and never between.',
    apps: ['navigation'],
    times: 3,
    plan: (random, app) => ({
      phases: TWO_VISITS,
      services: [
        { type: 'location', fromMinute: 2, toMinute: 18 },
        { type: 'location', fromMinute: 30, toMinute: random.within([60, 88]) },
      ],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([6, 50]),
          jitter: 0.2,
          service: 'location',
          hosts: [ownHost(app, 'track')],
          up: [150, 400],
          down: [30, 200],
        },
      ],
    }),
  },
  {
    name: 'listening twice',
    because: 'Music is downloaded while it plays, twice, and the catalogue once.',
    apps: ['music'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      services: [
        { type: 'mediaPlayback', fromMinute: 5, toMinute: 60 },
        { type: 'mediaPlayback', fromMinute: 120, toMinute: 150 },
      ],
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: random.within([40, 160]),
          spread: 0.4,
          service: 'mediaPlayback',
          hosts: [ownHost(app, 'audio')],
          up: [300, 900],
          down: [900_000, 5_000_000],
        },
        once([random.within([170, 230])], ownHost(app, 'catalogue'), [300, 600], [20_000, 90_000]),
      ],
    }),
  },
  {
    name: 'a day of fitness',
    because: 'Hourly uploads without a workout, a batch of analytics now and then.',
    apps: ['fitness'],
    times: 3,
    plan: (random, app) => ({
      phases: NIGHT,
      habits: [
        use(app, random),
        job(ownHost(app, 'sync'), random.within([60, 110]), { up: [2_000, 40_000], down: [200, 900] }),
        {
          does: 'timer',
          everySeconds: 5400,
          jitter: 0.2,
          phases: ASLEEP,
          hosts: ['api.mixpanel.com'],
          up: [3_000, 20_000],
          down: [80, 160],
        },
      ],
    }),
  },
  {
    name: 'game over two visits',
    because: 'Advertisements every 30 to 100 seconds in both visits, analytics in foreground, silence otherwise.',
    apps: ['game with ads and push', 'torch with ads'],
    times: 3,
    plan: (random, app) => ({
      phases: TWO_VISITS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([30, 100]),
          phases: ['foreground'],
          hosts: ['googleads.g.doubleclick.net'],
          up: [900, 3_000],
          down: [9_000, 90_000],
        },
        {
          does: 'timer',
          everySeconds: random.within([35, 70]),
          phases: ['foreground'],
          hosts: ['app-measurement.com'],
          up: [900, 3_000],
          down: [80, 160],
        },
      ],
    }),
  },
  {
    name: 'policy beside a tunnel',
    because: 'A security suite keeps a tunnel to one peer, and takes policy every 20 to 60 minutes.',
    apps: ['security suite'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 25,
          hosts: ['peer3.bulwark.example'],
          port: 51820,
          protocol: 'udp',
          socket: 'kept',
          up: [32, 148],
          down: [32, 148],
        },
        job(ownHost(app, 'policy'), random.within([20, 60]), { up: [500, 2_000], down: [600, 6_000] }),
      ],
    }),
  },
  {
    name: 'bank, push and a check of the network',
    because: 'Pushes are fetched; the network is checked twice before that.',
    apps: ['finance'],
    times: 3,
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: random.within([300, 700]) },
      habits: [
        use(app, random),
        { does: 'answer-push', afterSeconds: [0.5, 10], hosts: [ownHost(app)], up: [300, 900], down: [400, 4_000] },
        once([14, 39], 'connectivitycheck.gstatic.com', [180, 260], [100, 150]),
      ],
    }),
  },
  {
    name: 'crashes at start',
    because: 'Three crash reports while the app was visible, then silence.',
    apps: ['game', 'torch', 'launcher'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), once([0.5, 1.5, 3], 'o7.ingest.sentry.io', [4_000, 20_000], [80, 160])],
    }),
  },
  {
    name: 'home screen for a night',
    because: 'Weather and icons every 70 to 120 minutes, downloaded, and the clock twice.',
    apps: ['launcher'],
    times: 2,
    plan: (random, app) => ({
      phases: NIGHT,
      habits: [
        use(app, random),
        job(ownHost(app), random.within([70, 120]), { up: [200, 500], down: [3_000, 90_000] }),
        {
          does: 'once',
          atMinutes: [40, 300],
          hosts: ['time.google.com'],
          port: 123,
          protocol: 'udp',
          up: [48, 48],
          down: [48, 48],
        },
      ],
    }),
  },
  {
    name: 'tabs synchronised',
    because: 'Tabs every 25 to 60 minutes from one host, updates once from another.',
    apps: ['browser'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        job(ownHost(app, 'tabs'), random.within([25, 60])),
        once([random.within([50, 200])], ownHost(app, 'update'), [400, 900], [200, 4_000_000]),
      ],
    }),
  },
  {
    name: 'watched child, quietly',
    because: 'A monitoring app uploads every 6 to 20 minutes, as it declares.',
    apps: ['parental-control'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), job(ownHost(app), random.within([6, 20]), { up: [1_000, 30_000], down: [100, 600] })],
    }),
  },
  {
    name: 'jobs held back by Doze',
    because: 'The sync comes every 15 minutes while the device is awake, and in Doze only in maintenance windows.',
    apps: ['mail-sync', 'messaging', 'device-admin'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        job(ownHost(app, 'sync'), 15, { phases: ['background', 'locked'] }),
        once([150, 210 + random.within([0, 10])], ownHost(app, 'sync'), [400, 900], [900, 12_000]),
      ],
    }),
  },
  {
    name: 'two pinned hosts that are retried',
    label: 'inconclusive',
    because: 'Two hosts refuse the interception and are tried again with growing pauses; nothing of them was read.',
    apps: ['finance', 'music', 'mail-sync', 'device-admin'],
    plan: (random, app) => ({
      phases: TWO_VISITS,
      habits: [
        use(app, random, { hosts: [ownHost(app, 'static')] }),
        {
          does: 'back-off',
          firstSeconds: 2,
          factor: 2,
          mostSeconds: 600,
          hosts: [ownHost(app)],
          refused: true,
          up: [0, 0],
          down: [0, 0],
        },
        {
          does: 'back-off',
          firstSeconds: 3,
          factor: 1.6,
          mostSeconds: 400,
          hosts: [ownHost(app, 'auth')],
          refused: true,
          up: [0, 0],
          down: [0, 0],
        },
      ],
    }),
  },
  {
    name: 'refusals counted by analytics',
    label: 'inconclusive',
    because: 'Each refused connection is followed by an event to an analytics service, as error handlers send them.',
    apps: ['torch', 'launcher', 'weather'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        {
          does: 'timer',
          everySeconds: random.within([90, 400]),
          jitter: 0.1,
          phases: ASLEEP,
          hosts: [ownHost(app)],
          refused: true,
          up: [0, 0],
          down: [0, 0],
        },
        {
          does: 'follow',
          habit: 0,
          afterSeconds: [0.5, 5],
          hosts: ['api2.amplitude.com'],
          up: [700, 1_900],
          down: [60, 120],
        },
        use(app, random, { hosts: [ownHost(app, 'static')], everySeconds: 10 }),
      ],
    }),
  },
  {
    name: 'server down for an hour',
    label: 'inconclusive',
    because: 'Every answer is an error and the pauses double: a job that is retried.',
    apps: ['mail-sync', 'fitness', 'device-admin'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'back-off',
          fromMinute: 11,
          firstSeconds: random.within([15, 50]),
          factor: 2,
          mostSeconds: 9_000,
          phases: ASLEEP,
          hosts: [ownHost(app, 'sync')],
          up: [300, 800],
          down: [120, 300],
          status: 502,
        },
      ],
    }),
  },
  {
    name: 'level pack',
    label: 'inconclusive',
    because: 'A pack of some hundred megabytes comes in pieces after the app was left: bulk, and no function names it.',
    apps: ['game', 'launcher', 'input-method'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([10, 25]),
          jitter: 0.5,
          fromMinute: 9,
          toMinute: random.within([20, 30]),
          hosts: [ownHost(app, 'packs')],
          socket: 'kept',
          up: [300, 900],
          down: [900_000, 9_000_000],
        },
      ],
    }),
  },
  {
    name: 'import of a tunnel',
    because: 'The capture names no phases, but a tunnel to one peer is licensed in each of them.',
    apps: ['vpn'],
    plan: (random) => ({
      phases: null,
      minutes: 45,
      habits: [
        anywhere({
          does: 'timer',
          everySeconds: random.within([15, 60]),
          hosts: ['203.0.113.9'],
          port: 51820,
          protocol: 'udp',
          up: [32, 148],
          down: [32, 148],
        }),
      ],
    }),
  },
  {
    name: 'import said to be of a sleeping app',
    because: 'A person states that the app was in background all the time; it downloads as rarely as it may.',
    apps: ['weather', 'mail-sync'],
    plan: (random, app) => ({
      phases: null,
      minutes: 300,
      assumedPhase: 'background',
      habits: [anywhere(job(ownHost(app), random.within([40, 70])))],
    }),
  },
];

export const BENIGN: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'benign' as const,
  label: family.label ?? 'consistent',
}));
