/** Departures that nobody tried to hide well. */
import { NO_TIMER } from '../apps.ts';
import { ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

export const HARMFUL: readonly Family[] = [
  {
    name: 'beacon',
    kind: 'harmful',
    label: 'inconsistent',
    because:
      'A timer of one to eight minutes in background to a host nobody knows, which nothing in the manifest asks for.',
    apps: NO_TIMER,
    times: 2,
    plan: (random, app) => {
      const everySeconds = random.logWithin([60, 480]);
      return {
        phases: HOUR,
        habits: [use(app, random), beacon(everySeconds, { jitter: random.within([0, 0.25]) })],
        ...(random.chance(0.4)
          ? { schedules: [{ kind: 'alarm', everySeconds: Math.round(everySeconds), exact: true }] }
          : {}),
      };
    },
  },
  {
    name: 'traffic of an app without INTERNET',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'The app does not ask for the network at all, so nothing that it sends is declared.',
    apps: ['offline-tool'],
    times: 2,
    plan: (random) => ({
      phases: HOUR,
      habits: [beacon(random.within([200, 500]), { phases: ['foreground', ...ASLEEP] })],
    }),
  },
  {
    name: 'advertisements in background',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Advertisements are loaded every minute while nobody sees them.',
    apps: ['game with ads and push', 'torch with ads'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([45, 120]), {
          hosts: ['googleads.g.doubleclick.net'],
          up: [1_200, 2_600],
          down: [8_000, 60_000],
        }),
      ],
    }),
  },
  {
    name: 'polling faster than the function',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Mail every 2 to 4 minutes, news every 10: faster than the function is allowed, so not its sync.',
    apps: ['mail-sync', 'weather', 'browser', 'device-admin', 'launcher'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([120, 240]), { hosts: [ownHost(app, 'sync')], up: [400, 800], down: [900, 3_000] }),
      ],
    }),
  },
  {
    name: 'location after its service stopped',
    kind: 'harmful',
    label: 'inconsistent',
    because:
      'The same position reports go on for half an hour after the location service and its notification are gone.',
    apps: ['navigation'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'location', fromMinute: 1, toMinute: 20 }],
      habits: [
        use(app, random),
        beacon(random.within([15, 60]), { hosts: [ownHost(app, 'live')], up: [180, 260], down: [40, 90] }),
      ],
    }),
  },
  {
    name: 'uploads of a player',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Small regular uploads while music plays: playing needs downloads.',
    apps: ['music', 'video'],
    plan: (random, app) => ({
      phases: HOUR,
      services: [{ type: 'mediaPlayback', fromMinute: 1, toMinute: 58 }],
      habits: [use(app, random), beacon(random.within([60, 150]), { up: [2_000, 2_200], down: [100, 140] })],
    }),
  },
  {
    name: 'workout without a workout',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Uploads every minute while no health service runs.',
    apps: ['fitness'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), beacon(60, { hosts: [ownHost(app, 'live')] })],
    }),
  },
  {
    name: 'second peer of a VPN',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'A VPN speaks to one peer; a second host is contacted every few minutes beside it.',
    apps: ['vpn'],
    times: 3,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'timer',
          everySeconds: 25,
          hosts: ['peer7.burrow.example'],
          port: 51820,
          protocol: 'udp',
          socket: 'kept',
          up: [32, 148],
          down: [32, 148],
        },
        beacon(random.within([120, 400])),
      ],
    }),
  },
  {
    name: 'keyboard that uploads after typing',
    kind: 'harmful',
    label: 'inconsistent',
    because:
      'Some seconds after text was typed in other apps, kilobytes go out: the one thing that a keyboard must not do.',
    apps: ['input-method'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 70,
          spread: 0.8,
          phases: ['background'],
          hosts: [ownHost(app, 'sync')],
          up: [1_200, 3_600],
          down: [80, 120],
        },
      ],
    }),
  },
  {
    name: 'accessibility service that uploads',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Uploads follow what happens on the screens of other apps; a tool for access needs next to no network.',
    apps: ['accessibility-tool'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 70,
          spread: 0.9,
          phases: ['background'],
          hosts: ['collect.lanternkit.example'],
          up: [700, 9_000],
          down: [80, 120],
        },
      ],
    }),
  },
  {
    name: 'high volume of a device manager',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Hundreds of kilobytes are sent each quarter of an hour, where policy needs a few.',
    apps: ['device-admin'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [use(app, random), job(ownHost(app), 15, { up: [200_000, 900_000], down: [300, 800] })],
    }),
  },
  {
    name: 'monitoring beyond its period',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Uploads every 30 seconds, where a monitoring app may send every 5 minutes.',
    apps: ['parental-control'],
    plan: (random, app) => ({ phases: HOUR, habits: [use(app, random), beacon(30, { up: [2_000, 9_000] })] }),
  },
  {
    name: 'irregular calls of a torch',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'No rhythm, but a dozen small sessions while it was asleep, and a torch has no use for one.',
    apps: ['torch', 'unclassified', 'game'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 200,
          spread: 0.8,
          phases: ASLEEP,
          hosts: ['cdn.brightlamp.example'],
          up: [300, 2_400],
          down: [100, 900],
        },
      ],
    }),
  },
  {
    name: 'cleartext beacon of a bank',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'A bank has no use for a timer, least of all in cleartext.',
    apps: ['finance'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), beacon(random.within([90, 300]), { protocol: 'http', port: 80 })],
    }),
  },
  {
    name: 'tasked by push',
    kind: 'harmful',
    label: 'inconsistent',
    because: 'Each push is answered by a session, and the app declares no pushes at all.',
    apps: ['torch', 'accessibility-tool', 'unclassified'],
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: random.within([120, 300]) },
      habits: [
        use(app, random),
        {
          does: 'answer-push',
          afterSeconds: [1, 8],
          share: 0.9,
          hosts: ['task.brightlamp.example'],
          up: [900, 4_000],
          down: [200, 600],
        },
      ],
    }),
  },
];
