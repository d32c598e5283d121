import { launcher, type ApkDescription } from '../description.ts';

const api = 'https://api.parley.example';

/** A messenger: what it fetches in its sleep, it fetches because a push woke it. */
export const CHAT: ApkDescription = {
  packageName: 'org.example.parley',
  versionCode: 204,
  versionName: '4.2.1',
  label: 'Parley',
  category: 'social',
  permissions: [
    'android.permission.INTERNET',
    'android.permission.READ_CONTACTS',
    'android.permission.POST_NOTIFICATIONS',
    'android.permission.WAKE_LOCK',
    'android.permission.FOREGROUND_SERVICE',
    'android.permission.FOREGROUND_SERVICE_REMOTE_MESSAGING',
    'com.google.android.c2dm.permission.RECEIVE',
  ],
  components: [
    launcher(),
    { kind: 'activity', name: '.ConversationActivity', exported: false },
    { kind: 'activity', name: '.ProfileActivity', exported: false },
    {
      kind: 'receiver',
      name: '.PushReceiver',
      exported: true,
      permission: 'com.google.android.c2dm.permission.SEND',
      intentFilters: [{ actions: ['com.google.android.c2dm.intent.RECEIVE'] }],
    },
    {
      kind: 'service',
      name: '.PushService',
      exported: false,
      intentFilters: [{ actions: ['com.google.firebase.MESSAGING_EVENT'] }],
    },
    {
      kind: 'service',
      name: '.HandoverService',
      exported: false,
      foregroundServiceTypes: ['remoteMessaging'],
    },
    { kind: 'service', name: '.SyncJobService', exported: false, permission: 'android.permission.BIND_JOB_SERVICE' },
  ],
  behaviour: {
    version: 1,
    seed: 7,
    registersForPush: true,
    pushes: { everySeconds: 240, jitter: 0.5, priority: 'high', bytes: 140 },
    onPush: [{ url: `${api}/v1/messages`, afterSeconds: 1, requestBytes: 300, responseBytes: 2500 }],
    schedules: [
      {
        id: 'hourly-sync',
        url: `${api}/v1/sync`,
        everySeconds: 3600,
        jitter: 0.1,
        requestBytes: 320,
        responseBytes: 5200,
        via: 'job',
      },
    ],
    screens: [
      {
        id: 'main',
        activity: '.MainActivity',
        title: 'Parley',
        texts: ['Ada: see you at eight', 'Book club: 3 new'],
        buttons: [
          { text: 'Ada', goto: 'conversation' },
          { text: 'Profile', goto: 'profile' },
          { text: 'Refresh', request: { url: `${api}/v1/messages`, requestBytes: 300, responseBytes: 1800 } },
        ],
      },
      {
        id: 'conversation',
        activity: '.ConversationActivity',
        title: 'Ada',
        texts: ['see you at eight'],
        fields: [{ hint: 'Message' }],
        buttons: [
          { text: 'Send', request: { url: `${api}/v1/send`, requestBytes: 420, responseBytes: 160 } },
          { text: 'All conversations', goto: 'main' },
        ],
      },
      {
        id: 'profile',
        activity: '.ProfileActivity',
        title: 'Profile',
        texts: ['Signed in as guest'],
        buttons: [{ text: 'All conversations', goto: 'main' }],
      },
    ],
  },
};
