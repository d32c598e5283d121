/** What is embedded in apps or forced on them: SDKs, the platform, crashes, and the interception itself. */
import { ASLEEP, FOUR_HOURS, HOUR, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

export const BENIGN_SDK: readonly Family[] = [
  {
    name: 'analytics timer in foreground',
    kind: 'benign',
    label: 'consistent',
    because: 'An analytics SDK flushes every 30 to 60 seconds while the app is visible, and is silent outside.',
    apps: ['torch', 'game', 'weather', 'messaging', 'finance'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([30, 60]),
          phases: ['foreground'],
          hosts: ['app-measurement.com'],
          up: [900, 3_000],
          down: [60, 120],
        },
      ],
    }),
  },
  {
    name: 'analytics batch in background',
    kind: 'benign',
    label: 'consistent',
    because: 'At most two batches an hour to a known analytics host, beside a function for which that is usual.',
    apps: ['weather', 'messaging', 'fitness', 'video'],
    times: 2,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([2100, 4200]),
          jitter: 0.15,
          phases: ASLEEP,
          hosts: [random.chance(0.5) ? 'app-measurement.com' : 'api2.amplitude.com'],
          up: [2_000, 30_000],
          down: [60, 200],
        },
      ],
    }),
  },
  {
    name: 'one analytics batch after leaving a game',
    kind: 'benign',
    label: 'inconclusive',
    because: 'A single batch half an hour after the game was left has no licence, and one session is no habit.',
    apps: ['game', 'torch'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [random.within([30, 50])],
          hosts: ['app-measurement.com'],
          up: [2_000, 9_000],
          down: [60, 200],
        },
      ],
    }),
  },
  {
    name: 'advertisements while visible',
    kind: 'benign',
    label: 'consistent',
    because: 'Advertisements are refreshed every 30 to 120 seconds while the app is open, and never afterwards.',
    apps: ['game with ads and push', 'torch with ads'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([30, 120]),
          phases: ['foreground'],
          hosts: ['googleads.g.doubleclick.net'],
          up: [1_200, 2_600],
          down: [8_000, 60_000],
        },
      ],
    }),
  },
  {
    name: 'registering for push',
    kind: 'benign',
    label: 'consistent',
    because: 'A token is fetched and renewed: few small requests to the push service, whatever the app is for.',
    apps: ['torch', 'game with ads and push', 'unclassified'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [0.2, 0.4, random.within([20, 50])],
          hosts: ['firebaseinstallations.googleapis.com', 'fcmregistrations.googleapis.com'],
          up: [600, 1_600],
          down: [400, 900],
        },
      ],
    }),
  },
  {
    name: 'Remote Config',
    kind: 'benign',
    label: 'consistent',
    because: 'Configuration at the start and once in background, beside a function for which embedded SDKs are usual.',
    apps: ['weather', 'messaging', 'music'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [0.3, random.within([20, 55])],
          hosts: ['firebaseremoteconfig.googleapis.com'],
          up: [700, 1_400],
          down: [600, 9_000],
        },
      ],
    }),
  },
  {
    name: "the platform's own traffic",
    kind: 'benign',
    label: 'consistent',
    because: "The push connection's heartbeat, connectivity checks and clock of other uids are not the app's.",
    apps: ['torch', 'game', 'finance', 'accessibility-tool'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 270,
          hosts: ['mtalk.google.com'],
          port: 5228,
          protocol: 'tls',
          socket: 'kept',
          foreign: true,
          up: [30, 60],
          down: [30, 60],
        },
        {
          does: 'timer',
          everySeconds: 600,
          hosts: ['connectivitycheck.gstatic.com'],
          protocol: 'http',
          port: 80,
          foreign: true,
          up: [200, 240],
          down: [120, 150],
        },
        {
          does: 'timer',
          everySeconds: 1024,
          hosts: ['time.android.com'],
          protocol: 'udp',
          port: 123,
          foreign: true,
          up: [48, 48],
          down: [48, 48],
        },
      ],
    }),
  },
  {
    name: "an app's own clock and connectivity check",
    kind: 'benign',
    label: 'consistent',
    because:
      'A clock that is set a few times an hour and a check of the network are small and licensed beside every function.',
    apps: ['finance', 'game', 'torch'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [1, 21, 44],
          hosts: ['time.google.com'],
          protocol: 'udp',
          port: 123,
          up: [48, 48],
          down: [48, 48],
        },
        {
          does: 'once',
          atMinutes: [0.1, 18, 37],
          hosts: ['connectivitycheck.gstatic.com'],
          up: [200, 260],
          down: [120, 150],
        },
      ],
    }),
  },
  {
    name: 'crash reports of a loop',
    kind: 'benign',
    label: 'inconclusive',
    because:
      'A service that crashes and is restarted ever later reports each crash to a known crash service: more than usual, but its reason shows.',
    apps: ['messaging', 'weather', 'game', 'music'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'back-off',
          fromMinute: random.within([11, 14]),
          firstSeconds: random.within([15, 40]),
          factor: 2,
          mostSeconds: 3600,
          phases: ASLEEP,
          hosts: ['crashlyticsreports-pa.googleapis.com'],
          up: [6_000, 14_000],
          down: [200, 300],
        },
      ],
    }),
  },
  {
    name: 'server down, retried ever later',
    kind: 'benign',
    label: 'inconclusive',
    because: 'Every answer is an error and the pauses grow: a job that is retried, whose usual cadence was not seen.',
    apps: ['weather', 'browser', 'launcher'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'back-off',
          fromMinute: 12,
          firstSeconds: 30,
          factor: random.within([1.8, 2.2]),
          mostSeconds: 18_000,
          phases: ASLEEP,
          hosts: [ownHost(app, 'sync')],
          up: [300, 500],
          down: [150, 250],
          status: 503,
        },
      ],
    }),
  },
  {
    name: 'pinned app that retries',
    kind: 'benign',
    label: 'inconclusive',
    because:
      'The app does not trust the interception and tries again: the attempts are our doing, and nothing was read.',
    apps: ['finance', 'messaging', 'torch', 'weather'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random, { hosts: [ownHost(app, 'static')] }),
        random.chance(0.5)
          ? {
              does: 'timer',
              everySeconds: random.within([60, 300]),
              hosts: [ownHost(app)],
              refused: true,
              up: [0, 0],
              down: [0, 0],
            }
          : {
              does: 'back-off',
              firstSeconds: 4,
              factor: 1.7,
              mostSeconds: 300,
              hosts: [ownHost(app)],
              refused: true,
              up: [0, 0],
              down: [0, 0],
            },
      ],
    }),
  },
  {
    name: 'refusals reported',
    kind: 'benign',
    label: 'inconclusive',
    because:
      'Each refused connection is followed at once by an error report to a known crash service: without interception there would be none.',
    apps: ['finance', 'game', 'messaging'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        {
          does: 'timer',
          everySeconds: random.within([120, 240]),
          phases: ASLEEP,
          hosts: [ownHost(app)],
          refused: true,
          up: [0, 0],
          down: [0, 0],
        },
        use(app, random, { hosts: [ownHost(app, 'static')], everySeconds: 12 }),
        {
          does: 'follow',
          habit: 0,
          afterSeconds: [0.3, 2],
          hosts: ['o1.ingest.sentry.io'],
          up: [900, 2_400],
          down: [60, 120],
        },
      ],
    }),
  },
  {
    name: 'download that goes on',
    kind: 'benign',
    label: 'inconclusive',
    because:
      'A download of hundreds of megabytes that a person began goes on after the app was left: no cadence, and no function names it.',
    apps: ['game', 'video', 'navigation'],
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'dataSync', fromMinute: 6, toMinute: 40 }],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([4, 9]),
          jitter: 0.4,
          fromMinute: 6,
          toMinute: random.within([25, 38]),
          hosts: [ownHost(app, 'cdn')],
          socket: 'kept',
          up: [300, 500],
          down: [2_000_000, 5_000_000],
        },
      ],
    }),
  },
  {
    name: 'downloads resumed by a job',
    kind: 'benign',
    label: 'inconclusive',
    because:
      'Megabytes are fetched a few times without a rhythm and next to nothing is sent: bulk, not polling, yet nothing licenses it.',
    apps: ['game', 'video', 'music'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 900,
          spread: 0.9,
          phases: ['locked', 'doze'],
          mostBeats: 6,
          hosts: [ownHost(app, 'cdn')],
          lastsSeconds: [20, 90],
          up: [300, 900],
          down: [6_000_000, 40_000_000],
        },
      ],
    }),
  },
  {
    name: 'update check',
    kind: 'benign',
    label: 'consistent',
    because: 'The browser asks for updates once in four hours, within what it may do in background.',
    apps: ['browser', 'mail-sync'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [random.within([30, 200])],
          hosts: [ownHost(app, 'update')],
          up: [500, 900],
          down: [300, 900],
        },
      ],
    }),
  },
];
