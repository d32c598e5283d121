/** Built to escape: each of these knows one thing that the judge looks at, and avoids it. */
import { ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

type Escaping = Omit<Family, 'kind' | 'adversarial' | 'label'>;

const FAMILIES: readonly Escaping[] = [
  {
    name: 'beacon at an analytics host',
    because:
      'The host is an analytics service where anybody may have an account, but no SDK sends every few minutes in background.',
    apps: ['torch', 'messaging', 'weather', 'game'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([120, 400]), { hosts: ['api2.amplitude.com'], up: [600, 2_000] }),
      ],
    }),
  },
  {
    name: 'name that looks like analytics',
    because: 'The name begins like that of an analytics service and belongs to somebody else.',
    apps: ['weather', 'music'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([200, 420]), { hosts: ['app-measurement.com.brightlamp.example'] }),
      ],
    }),
  },
  {
    name: 'sleeps while the screen is on',
    because: 'It starts when the device is locked, which is when no person can be the cause.',
    apps: ['torch', 'game', 'finance', 'messaging'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), beacon(random.within([90, 300]), { phases: ['locked', 'doze'] })],
    }),
  },
  {
    name: 'jitter of half the period',
    because: 'The pauses vary by half, and a torch has no use for a dozen sessions in its sleep, rhythm or not.',
    apps: ['torch', 'browser', 'accessibility-tool', 'weather'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), beacon(random.within([120, 260]), { jitter: 0.5 })],
    }),
  },
  {
    name: 'hidden in a messenger',
    because: 'Beside pushes and a kept-open socket, a second host gets a timed upload on new connections.',
    apps: ['messaging'],
    times: 3,
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: 240 },
      habits: [
        use(app, random),
        { does: 'answer-push', afterSeconds: [0.8, 5], hosts: [ownHost(app)], up: [250, 500], down: [600, 4_000] },
        {
          does: 'timer',
          everySeconds: 280,
          phases: ASLEEP,
          hosts: [ownHost(app, 'chat')],
          socket: 'kept',
          port: 5222,
          protocol: 'tls',
          up: [30, 60],
          down: [30, 60],
        },
        beacon(random.within([150, 420]), { up: [900, 1_300] }),
      ],
    }),
  },
  {
    name: 'new host name each beat',
    because: 'Each beat has a name of its own under one domain: together they are one beacon.',
    apps: ['torch', 'game', 'mail-sync'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([150, 300]), {
          hosts: Array.from({ length: 24 }, () => `${word(random.count([1e6, 9e8]))}.brightlamp.example`),
        }),
      ],
    }),
  },
  {
    name: 'new domain each beat',
    because: 'Ten strangers are contacted once each, every few minutes, by an app that has no use for one of them.',
    apps: ['torch', 'finance', 'weather'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([180, 320]), {
          hosts: Array.from(
            { length: 24 },
            () => `${word(random.count([1e6, 9e8]))}-${word(random.count([1e6, 9e8]))}.example`,
          ),
        }),
      ],
    }),
  },
  {
    name: 'licensed rate at many hosts',
    because: 'Each of six hosts is asked no more often than a sync may, all of them together every few minutes.',
    apps: ['mail-sync', 'browser', 'messaging'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [
        use(app, random),
        beacon(random.within([150, 200]), {
          hosts: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}-node.${name}brightlamp.example`),
          down: [500, 900],
        }),
      ],
    }),
  },
  {
    name: 'as WorkManager would',
    because:
      'Every 15 minutes with the flex of a job, but to a host nobody knows, uploading, in an app without a sync.',
    apps: ['torch', 'game', 'accessibility-tool', 'navigation'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      schedules: [{ kind: 'job', everySeconds: 900 }],
      habits: [use(app, random), job('sync.brightlamp.example', 15, { up: [2_000, 5_000], down: [120, 300] })],
    }),
  },
  {
    name: 'as WorkManager would, in a messenger',
    because:
      'A job every 15 minutes in an app with a sync, but it sends ten times what it receives to a host nobody knows.',
    apps: ['messaging'],
    times: 2,
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      habits: [use(app, random), job('sync.brightlamp.example', 15, { up: [2_000, 5_000], down: [120, 300] })],
    }),
  },
  {
    name: 'declares everything',
    because: 'An app that claims a dozen unrelated functions has declared none: its timer is unexplained.',
    apps: ['declares everything'],
    times: 3,
    plan: (random, app) => ({ phases: HOUR, habits: [use(app, random), beacon(random.within([120, 400]))] }),
  },
  {
    name: 'beacon at shared hosting',
    because: 'The suffix belongs to a large provider, but anybody may rent the name below it.',
    apps: ['torch', 'weather', 'fitness'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        beacon(random.within([120, 300]), {
          hosts: [random.chance(0.5) ? 'd3adlamp0ne.cloudfront.net' : 'brightlamp.web.app'],
        }),
      ],
    }),
  },
  {
    name: 'only while charging',
    because: 'The timer runs only while the device charges, so that no battery statistics show it.',
    apps: ['torch', 'game', 'video'],
    plan: (random, app) => ({
      phases: HOUR,
      charging: [[random.within([15, 25]), random.within([45, 60])]],
      habits: [use(app, random), beacon(random.within([60, 180]), { charging: true })],
    }),
  },
  {
    name: 'slow beacon',
    because: 'Few beats, but each an upload to a stranger in the sleep of an app that has no use for one.',
    apps: ['torch', 'game', 'accessibility-tool'],
    plan: (random, app) => ({ phases: FOUR_HOURS, habits: [use(app, random), beacon(random.within([2_000, 3_200]))] }),
  },
  {
    name: 'pushes as commands to a game',
    because: 'The game declares pushes, but answers each with kilobytes to a stranger, and receives next to nothing.',
    apps: ['game with ads and push'],
    times: 2,
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: 200 },
      habits: [
        use(app, random),
        {
          does: 'answer-push',
          afterSeconds: [2, 20],
          share: 0.9,
          hosts: ['task.brightlamp.example'],
          up: [4_000, 20_000],
          down: [120, 400],
        },
      ],
    }),
  },
  {
    name: 'pushes as commands to a messenger',
    because: 'Each push is answered by tens of kilobytes to a second host, and by no fetch.',
    apps: ['messaging'],
    plan: (random, app) => ({
      phases: HOUR,
      pushes: { everySeconds: 200 },
      habits: [
        use(app, random),
        { does: 'answer-push', afterSeconds: [0.8, 5], hosts: [ownHost(app)], up: [250, 500], down: [600, 4_000] },
        {
          does: 'answer-push',
          afterSeconds: [6, 20],
          hosts: ['task.brightlamp.example'],
          up: [20_000, 60_000],
          down: [120, 400],
        },
      ],
    }),
  },
  {
    name: 'only in Doze',
    because: 'It begins with Doze, in which no job and no inexact alarm could keep such a period.',
    apps: ['torch', 'weather', 'messaging'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random), beacon(random.within([75, 150]), { phases: ['doze'] })],
    }),
  },
  {
    name: 'beacon beside much use',
    because:
      'Its host is also the one that the person reaches all the time in foreground; in sleep the timer is alone.',
    apps: ['torch', 'finance', 'browser'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [use(app, random, { everySeconds: 9 }), beacon(random.within([120, 300]), { hosts: [ownHost(app)] })],
    }),
  },
];

export const ESCAPING: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'harmful' as const,
  adversarial: true,
  label: 'inconsistent' as const,
}));

/** Letters for a number: a name that a machine made. */
function word(number: number): string {
  return number.toString(36);
}
