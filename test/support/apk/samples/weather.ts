import { launcher, type ApkDescription } from '../description.ts';

const api = 'https://api.nimbus.example';

/** A weather app with a widget: a download every half an hour, little up and much down. */
export const WEATHER: ApkDescription = {
  packageName: 'org.example.nimbus',
  versionCode: 31,
  versionName: '3.1',
  label: 'Nimbus',
  category: 'news',
  permissions: [
    'android.permission.INTERNET',
    'android.permission.ACCESS_COARSE_LOCATION',
    'android.permission.ACCESS_NETWORK_STATE',
    'android.permission.RECEIVE_BOOT_COMPLETED',
  ],
  components: [
    launcher(),
    { kind: 'activity', name: '.WeekActivity', exported: false },
    {
      kind: 'receiver',
      name: '.ForecastWidget',
      exported: true,
      intentFilters: [{ actions: ['android.appwidget.action.APPWIDGET_UPDATE'] }],
    },
    {
      kind: 'service',
      name: '.ForecastJobService',
      exported: false,
      permission: 'android.permission.BIND_JOB_SERVICE',
    },
  ],
  behaviour: {
    version: 1,
    seed: 30,
    schedules: [
      {
        id: 'forecast',
        url: `${api}/v2/forecast`,
        everySeconds: 1800,
        jitter: 0.05,
        requestBytes: 350,
        responseBytes: 31_000,
        via: 'job',
      },
    ],
    screens: [
      {
        id: 'main',
        activity: '.MainActivity',
        title: 'Nimbus',
        texts: ['12° and cloudy', 'Rain from four'],
        buttons: [
          { text: 'Week', goto: 'week' },
          { text: 'Rain radar', request: { url: `${api}/v2/radar`, requestBytes: 350, responseBytes: 46_000 } },
        ],
      },
      {
        id: 'week',
        activity: '.WeekActivity',
        title: 'This week',
        texts: ['Monday 12°', 'Tuesday 14°', 'Wednesday 9°'],
        buttons: [{ text: 'Today', goto: 'main' }],
      },
    ],
  },
};
