/** What apps of each function may do, by the table of declared functions. */
import { FUNCTIONS } from '../apps.ts';
import { ASLEEP, FOUR_HOURS, HOUR, job, ownHost, TWO_VISITS, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

export const BENIGN: readonly Family[] = [
  {
    name: 'used, then left alone',
    kind: 'benign',
    label: 'consistent',
    because: 'All traffic came while the app was visible, and 50 minutes outside foreground were silent.',
    apps: FUNCTIONS,
    plan: (random, app) => ({ phases: random.chance(0.3) ? TWO_VISITS : HOUR, habits: [use(app, random)] }),
  },
  {
    name: 'first-run burst',
    kind: 'benign',
    label: 'consistent',
    because: 'Thirty downloads in the first two minutes, by a person who had just opened it, and nothing afterwards.',
    apps: ['weather', 'game', 'navigation', 'torch'],
    plan: (_, app) => ({
      phases: HOUR,
      habits: [
        {
          does: 'chance',
          everySeconds: 3,
          toMinute: 2,
          phases: ['foreground'],
          hosts: [ownHost(app), ownHost(app, 'cdn'), ownHost(app, 'img')],
          up: [300, 900],
          down: [2_000, 400_000],
        },
      ],
    }),
  },
  {
    name: 'fetch after a push',
    kind: 'benign',
    label: 'consistent',
    because: 'A small fetch within seconds of each push, by an app that declares them.',
    apps: ['messaging', 'mail-sync', 'finance', 'video', 'game with ads and push'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: random.within([150, 500]) },
      habits: [
        use(app, random),
        {
          does: 'answer-push',
          afterSeconds: [0.6, 6],
          share: 0.9,
          hosts: [ownHost(app)],
          up: [250, 500],
          down: [600, 4_000],
        },
      ],
    }),
  },
  {
    name: 'periodic sync',
    kind: 'benign',
    label: 'consistent',
    because: 'A job at the period that the function is allowed, downloading more than it sends.',
    apps: ['messaging', 'mail-sync', 'device-admin', 'browser'],
    times: 2,
    plan: (random, app) => ({
      phases: random.chance(0.5) ? FOUR_HOURS : HOUR,
      schedules: [{ kind: 'job', everySeconds: 900 }],
      habits: [use(app, random), job(ownHost(app, 'sync'), random.chance(0.5) ? 15 : random.within([15, 60]))],
    }),
  },
  {
    name: 'two accounts synchronised',
    kind: 'benign',
    label: 'consistent',
    because: 'Two mail servers, each asked every 15 to 30 minutes by its own sync adapter.',
    apps: ['mail-sync'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        job('imap.first.example', random.within([15, 30]), { port: 993, protocol: 'tls' }),
        job('imap.second.example', random.within([15, 30]), { port: 993, protocol: 'tls' }),
      ],
    }),
  },
  {
    name: 'IMAP IDLE',
    kind: 'benign',
    label: 'consistent',
    because:
      'One connection that is kept open, refreshed every 29 minutes as RFC 2177 asks, with a fetch after each push.',
    apps: ['mail-sync'],
    times: 2,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 29 * 60 - random.within([0, 60]),
          phases: ASLEEP,
          hosts: ['imap.first.example'],
          port: 993,
          protocol: 'tls',
          socket: 'kept',
          up: [40, 90],
          down: [60, 300],
        },
      ],
    }),
  },
  {
    name: 'socket kept open',
    kind: 'benign',
    label: 'consistent',
    because: 'A keep-alive of a few bytes on one socket, every 4 to 28 minutes, as a messenger without pushes needs.',
    apps: ['messaging', 'messaging by SMS'],
    times: 3,
    plan: (random, app) => ({
      phases: random.chance(0.5) ? FOUR_HOURS : HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([240, 1500]),
          jitter: 0.02,
          phases: ASLEEP,
          hosts: [ownHost(app, 'chat')],
          port: 5222,
          protocol: 'tls',
          socket: 'kept',
          up: [24, 60],
          down: [24, 60],
        },
      ],
    }),
  },
  {
    name: 'chat by long poll',
    kind: 'benign',
    label: 'consistent',
    because:
      'One request of h2 is always open on one connection and is renewed every 4 to 8 minutes: a kept-open socket.',
    apps: ['messaging'],
    times: 2,
    plan: (random, app) => {
      const everySeconds = random.within([245, 480]);
      return {
        phases: HOUR,
        habits: [
          use(app, random),
          {
            does: 'timer',
            everySeconds,
            phases: ASLEEP,
            hosts: [ownHost(app, 'poll')],
            socket: 'kept',
            lastsSeconds: [everySeconds - 2, everySeconds - 1],
            up: [90, 160],
            down: [60, 120],
          },
        ],
      };
    },
  },
  {
    name: 'tunnel to one peer',
    kind: 'benign',
    label: 'consistent',
    because: 'A keep-alive every 10 to 120 seconds to the one peer of a VPN.',
    apps: ['vpn'],
    times: 4,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.logWithin([10, 120]),
          hosts: ['peer7.burrow.example'],
          port: 51820,
          protocol: 'udp',
          socket: 'kept',
          up: [32, 148],
          down: [32, 148],
        },
      ],
    }),
  },
  {
    name: 'location while its service runs',
    kind: 'benign',
    label: 'consistent',
    because:
      'Position every 5 to 60 seconds while the location service shows its notification, and not a beat after it.',
    apps: ['navigation'],
    times: 4,
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'location', fromMinute: 2, toMinute: random.within([30, 60]) }],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.logWithin([6, 60]),
          service: 'location',
          fromMinute: 2,
          hosts: [ownHost(app, 'live')],
          up: [180, 260],
          down: [40, 90],
        },
      ],
    }),
  },
  {
    name: 'media while it plays',
    kind: 'benign',
    label: 'consistent',
    because: 'Large downloads while the playback service runs, nothing once it stopped.',
    apps: ['music', 'video'],
    times: 3,
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'mediaPlayback', fromMinute: 1, toMinute: random.within([25, 50]) }],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([8, 40]),
          jitter: 0.3,
          service: 'mediaPlayback',
          hosts: [ownHost(app, 'stream')],
          up: [400, 700],
          down: [150_000, 900_000],
        },
      ],
    }),
  },
  {
    name: 'widget download',
    kind: 'benign',
    label: 'consistent',
    because: 'A download every 30 minutes to 6 hours, as a widget of news or weather needs.',
    apps: ['weather'],
    times: 4,
    plan: (random, app) => ({
      phases: random.chance(0.7) ? FOUR_HOURS : HOUR,
      habits: [
        use(app, random),
        job(ownHost(app), random.within([30, 120]), { up: [300, 500], down: [8_000, 40_000] }),
      ],
    }),
  },
  {
    name: 'hourly refresh of a home screen',
    kind: 'benign',
    label: 'consistent',
    because: 'Icons and weather once an hour or more rarely, downloaded.',
    apps: ['launcher'],
    times: 2,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        job(ownHost(app), random.within([60, 100]), { up: [300, 500], down: [8_000, 40_000] }),
      ],
    }),
  },
  {
    name: 'workout and hourly sync',
    kind: 'benign',
    label: 'consistent',
    because: 'Live while the health service runs, then one upload after the workout, then hourly.',
    apps: ['fitness'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      services: [{ type: 'health', fromMinute: 5, toMinute: 40 }],
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: random.within([35, 90]),
          service: 'health',
          fromMinute: 5,
          hosts: [ownHost(app, 'live')],
          up: [300, 600],
          down: [40, 90],
        },
        {
          does: 'once',
          atMinutes: [47, 47 + random.within([60, 75]), 47 + random.within([125, 150])],
          hosts: [ownHost(app, 'sync')],
          up: [8_000, 40_000],
          down: [200, 400],
        },
      ],
    }),
  },
  {
    name: 'policy of a managed device',
    kind: 'benign',
    label: 'consistent',
    because: 'Policy every 15 minutes to 2 hours, and at once after a push.',
    apps: ['device-admin'],
    times: 3,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      pushes: { everySeconds: 2400 },
      habits: [
        use(app, random),
        job(ownHost(app, 'policy'), random.within([15, 120]), { up: [600, 3_000], down: [500, 6_000] }),
        {
          does: 'answer-push',
          afterSeconds: [1, 8],
          hosts: [ownHost(app, 'policy')],
          up: [400, 900],
          down: [500, 6_000],
        },
      ],
    }),
  },
  {
    name: 'monitoring as declared',
    kind: 'benign',
    label: 'consistent',
    because:
      'Uploads every 5 to 60 minutes are what a monitoring app declares; the report calls it surveillance-capable.',
    apps: ['parental-control'],
    times: 3,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), job(ownHost(app), random.within([5, 30]), { up: [2_000, 9_000], down: [200, 500] })],
    }),
  },
  {
    name: 'configuration once a day',
    kind: 'benign',
    label: 'consistent',
    because: 'One small download in an hour is within the daily configuration that a game or a keyboard may fetch.',
    apps: ['game', 'input-method', 'music'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [random.within([15, 55])],
          hosts: [ownHost(app, 'config')],
          up: [300, 500],
          down: [4_000, 60_000],
        },
      ],
    }),
  },
];
