/** What cannot be told from the capture, whatever the app is. */
import { anywhere, ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

type Unseen = Omit<Family, 'kind' | 'label'>;

const FAMILIES: readonly Unseen[] = [
  {
    name: 'silence',
    because: 'Nothing was heard at all, and silence is not the same as nothing said.',
    apps: ['torch', 'messaging', 'offline-tool'],
    plan: () => ({ phases: HOUR, habits: [] }),
  },
  {
    name: 'never asleep',
    because: 'The app was never left, so nothing is known of its sleep.',
    apps: ['game', 'messaging'],
    plan: (random, app) => ({ phases: [['foreground', 30]], habits: [use(app, random)] }),
  },
  {
    name: 'short sleep',
    because: 'Four minutes outside foreground are too few to tell a habit.',
    apps: ['torch', 'weather'],
    plan: (random, app) => ({
      phases: [
        ['foreground', 12],
        ['background', 4],
      ],
      habits: [use(app, random)],
    }),
  },
  {
    name: 'only pinned traffic',
    because: 'All contacts were refused by the app itself, so neither content nor answer is known.',
    apps: ['torch', 'finance', 'unclassified'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        beacon(random.within([120, 400]), { hosts: [ownHost(app)], refused: true, phases: ['foreground', ...ASLEEP] }),
      ],
    }),
  },
  {
    name: 'proxy down',
    because: 'Nothing was recorded for a third of the time outside foreground.',
    apps: ['torch', 'mail-sync'],
    plan: (random, app) => ({
      phases: HOUR,
      gaps: [{ kind: 'proxy-down', fromMinute: 20, toMinute: 40 }],
      habits: [use(app, random)],
    }),
  },
  {
    name: 'whose traffic it is',
    because: 'The traffic is not known to be of the app.',
    apps: ['torch', 'game'],
    plan: (random) => ({ phases: HOUR, habits: [beacon(random.within([120, 300]), { attribution: 'unknown' })] }),
  },
  {
    name: 'services not recorded',
    because: 'Position every half minute is right while a location service runs, and whether it did is not recorded.',
    apps: ['navigation'],
    plan: (random, app) => ({
      phases: HOUR,
      services: null,
      habits: [use(app, random), beacon(random.within([15, 45]), { up: [180, 260], down: [40, 90] })],
    }),
  },
  {
    name: 'pushes not recorded',
    because: 'Fetches without a rhythm may have had their pushes, which could not be observed.',
    apps: ['messaging', 'finance'],
    plan: (random, app) => ({
      phases: HOUR,
      pushesUnseen: true,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 240,
          spread: 0.9,
          phases: ASLEEP,
          hosts: [ownHost(app)],
          up: [250, 500],
          down: [600, 4_000],
        },
      ],
    }),
  },
  {
    name: 'two sessions of a torch',
    because: 'Two small sessions outside foreground are too few to tell a habit from an accident.',
    apps: ['torch', 'game', 'accessibility-tool'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: [random.within([14, 30]), random.within([35, 58])],
          hosts: ['cdn.brightlamp.example'],
          up: [300, 900],
          down: [200, 900],
        },
      ],
    }),
  },
  {
    name: 'not exercised',
    because: 'No action on its screens succeeded, so its usual behaviour was not seen.',
    apps: ['game', 'video'],
    plan: (random, app) => ({
      phases: HOUR,
      notExercised: true,
      habits: [{ does: 'once', atMinutes: [0.2], hosts: [ownHost(app)], up: [400, 600], down: [900, 3_000] }],
    }),
  },
  {
    name: 'capture without phases',
    because: 'A phone recorded it and nothing says when the app was visible: a timer could be that of an open screen.',
    apps: ['torch', 'game', 'weather', 'finance'],
    plan: (random) => ({ phases: null, minutes: 90, habits: [anywhere(beacon(random.within([60, 300])))] }),
  },
  {
    name: 'stated to be a messenger',
    adversarial: true,
    because:
      'The submitter calls it a messenger, whose sync this could be; its manifest says torch, and nothing in it backs the claim.',
    apps: ['torch'],
    times: 2,
    plan: (random, app) => ({
      stated: 'messaging',
      phases: FOUR_HOURS,
      habits: [use(app, random), job('sync.brightlamp.example', 20, { up: [600, 900], down: [300, 500] })],
    }),
  },
  {
    name: 'long session that was not watched in pieces',
    because: 'One session began in foreground and was still open in Doze: when it spoke cannot be told.',
    apps: ['torch', 'accessibility-tool'],
    plan: (_, app) => ({
      phases: HOUR,
      habits: [
        {
          does: 'once',
          atMinutes: [5],
          hosts: [ownHost(app)],
          protocol: 'ws',
          lastsSeconds: [2_900, 3_000],
          up: [4_000, 8_000],
          down: [4_000, 9_000],
        },
      ],
    }),
  },
  {
    name: 'driver restarted in a long run',
    because: 'Half of the time outside foreground is blind, so a slow timer could hide there.',
    apps: ['browser'],
    plan: (random, app) => ({
      phases: FOUR_HOURS,
      gaps: [{ kind: 'proxy-down', fromMinute: 60, toMinute: 180 }],
      habits: [use(app, random)],
    }),
  },
];

export const UNSEEN: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'unseen' as const,
  label: 'inconclusive' as const,
}));
