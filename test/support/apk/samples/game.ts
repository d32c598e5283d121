import { launcher, type ApkDescription } from '../description.ts';

/** A game that lives on advertisements while it is played, and is silent afterwards. */
export const GAME: ApkDescription = {
  packageName: 'org.example.marble',
  versionCode: 88,
  versionName: '2.4.8',
  label: 'Marble Run',
  category: 'game',
  isGame: true,
  permissions: [
    'android.permission.INTERNET',
    'android.permission.ACCESS_NETWORK_STATE',
    'com.google.android.gms.permission.AD_ID',
  ],
  metaData: {
    'com.google.android.gms.ads.APPLICATION_ID': 'ca-app-pub-0000000000000000~0000000000',
  },
  components: [
    launcher(),
    { kind: 'activity', name: '.LevelActivity', exported: false },
    { kind: 'activity', name: '.ShopActivity', exported: false },
  ],
  behaviour: {
    version: 1,
    seed: 45,
    schedules: [
      {
        id: 'advertisement',
        url: 'https://googleads.g.doubleclick.net/mads/gma',
        everySeconds: 45,
        firstAfterSeconds: 4,
        jitter: 0.1,
        requestBytes: 900,
        responseBytes: 14_000,
        phase: 'foreground',
      },
    ],
    screens: [
      {
        id: 'main',
        activity: '.MainActivity',
        title: 'Marble Run',
        texts: ['Best: 1,240'],
        buttons: [
          { text: 'Play', goto: 'level' },
          { text: 'Shop', goto: 'shop' },
        ],
      },
      {
        id: 'level',
        activity: '.LevelActivity',
        title: 'Level 1',
        texts: ['Tilt to roll'],
        buttons: [
          { text: 'Restart', goto: 'level' },
          { text: 'Menu', goto: 'main' },
        ],
      },
      {
        id: 'shop',
        activity: '.ShopActivity',
        title: 'Shop',
        texts: ['Glass marble', 'Steel marble'],
        buttons: [{ text: 'Menu', goto: 'main' }],
      },
    ],
  },
};
