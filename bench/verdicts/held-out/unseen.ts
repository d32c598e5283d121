/** What cannot be told, by other gaps. */
import { anywhere, ASLEEP, beacon, FOUR_HOURS, HOUR, job, ownHost, use } from '../habits.ts';
import type { Family } from '../scenario.ts';

type Unseen = Omit<Family, 'kind' | 'label'>;

const FAMILIES: readonly Unseen[] = [
  {
    name: 'silence',
    because: 'Nothing was heard, which is not the same as nothing said.',
    apps: ['game', 'vpn', 'music'],
    plan: () => ({ phases: HOUR, habits: [] }),
  },
  {
    name: 'eight minutes of sleep',
    because: 'Eight minutes outside foreground are too few to tell a habit.',
    apps: ['browser', 'launcher'],
    plan: (random, app) => ({
      phases: [
        ['foreground', 20],
        ['background', 5],
        ['locked', 3],
      ],
      habits: [use(app, random)],
    }),
  },
  {
    name: 'proxy down for a quarter',
    because: 'Nothing was recorded for a quarter of the time.',
    apps: ['weather', 'messaging'],
    plan: (random, app) => ({
      phases: HOUR,
      gaps: [{ kind: 'proxy-down', fromMinute: 30, toMinute: 46 }],
      habits: [use(app, random)],
    }),
  },
  {
    name: 'all pinned',
    because: 'Every contact was refused by the app itself.',
    apps: ['messaging', 'game', 'mail-sync'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        beacon(random.within([60, 500]), {
          hosts: [ownHost(app)],
          refused: true,
          jitter: 0.2,
          phases: ['foreground', ...ASLEEP],
        }),
      ],
    }),
  },
  {
    name: 'one pinned host in sleep',
    because: 'What was read is innocent, but one host was tried every few minutes in sleep and could not be read.',
    apps: ['torch', 'finance'],
    adversarial: true,
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random, { everySeconds: 6 }),
        beacon(random.within([200, 400]), { hosts: [ownHost(app, 'locked')], refused: true }),
      ],
    }),
  },
  {
    name: 'whose traffic',
    because: 'The traffic is not known to be of the app.',
    apps: ['weather', 'unclassified'],
    plan: (random) => ({ phases: HOUR, habits: [beacon(random.within([100, 300]), { attribution: 'unknown' })] }),
  },
  {
    name: 'services not recorded',
    because: 'Downloads fit playing, and whether the player ran is not recorded.',
    apps: ['music', 'fitness'],
    plan: (random, app) => ({
      phases: HOUR,
      services: null,
      habits: [
        use(app, random),
        beacon(random.within([40, 90]), { hosts: [ownHost(app, 'live')], up: [300, 600], down: [9_000, 90_000] }),
      ],
    }),
  },
  {
    name: 'pushes not recorded',
    because: 'Fetches without a rhythm may have had their pushes.',
    apps: ['mail-sync', 'game with ads and push'],
    plan: (random, app) => ({
      phases: HOUR,
      pushesUnseen: true,
      habits: [
        use(app, random),
        {
          does: 'chance',
          everySeconds: 300,
          spread: 1.1,
          phases: ASLEEP,
          hosts: [ownHost(app)],
          up: [300, 600],
          down: [900, 9_000],
        },
      ],
    }),
  },
  {
    name: 'one or two sessions',
    because: 'Too few to tell a habit from an accident.',
    apps: ['torch', 'unclassified', 'finance', 'accessibility-tool'],
    plan: (random, app) => ({
      phases: HOUR,
      habits: [
        use(app, random),
        {
          does: 'once',
          atMinutes: random.chance(0.5) ? [33] : [22, 51],
          hosts: ['edge.quietfield.example'],
          up: [400, 4_000],
          down: [200, 900],
        },
      ],
    }),
  },
  {
    name: 'import without phases',
    because: 'Nothing says when the app was visible.',
    apps: ['fitness', 'launcher', 'music', 'accessibility-tool', 'unclassified'],
    plan: (random) => ({
      phases: null,
      minutes: 120,
      habits: [anywhere(beacon(random.within([60, 500]), { jitter: random.within([0, 0.3]) }))],
    }),
  },
  {
    name: 'said to be mail',
    because: 'The submitter calls a game a mail app; only that claim licenses the hourly upload.',
    apps: ['game'],
    adversarial: true,
    times: 2,
    plan: (random, app) => ({
      stated: 'mail-sync',
      phases: FOUR_HOURS,
      habits: [use(app, random), job('edge.quietfield.example', 40, { up: [900, 2_000], down: [300, 600] })],
    }),
  },
];

export const UNSEEN: readonly Family[] = FAMILIES.map((family) => ({
  ...family,
  kind: 'unseen' as const,
  label: 'inconclusive' as const,
}));
