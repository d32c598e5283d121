import { describe, expect, it } from 'vitest';
import type { FunctionProfile } from '../../orchestrator/contract/profile.ts';
import { roleOf } from '../../workers/judge/role.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const profiles = await loadProfiles();
const byName = new Map(profiles.functions.map((one) => [one.name, one]));

/** In which phases outside foreground, and how often at most, a function licenses what nobody sees. */
function sleeps(one: FunctionProfile): string[] {
  return one.licences.flatMap(({ state, minIntervalSeconds: least }) => {
    if (state.when === 'foreground-service') return [`service ${state.types.join('/')}`];
    if (state.when === 'after-push') return ['push'];
    if (state.when === 'phase' && !state.phases.includes('background')) return [];
    return [`from ${least ?? 0} s`];
  });
}

describe('each declared function', () => {
  it.each<[string, string, string[], string[]]>([
    [
      'messaging',
      'remoteMessaging',
      ['push', 'service phoneCall/remoteMessaging/microphone/camera', 'from 900 s', 'from 240 s'],
      ['a timed upload that is larger than its download'],
    ],
    [
      'mail-sync',
      'android.content.SyncAdapter',
      ['push', 'from 900 s', 'from 600 s'],
      ['polling more often than every 5 minutes'],
    ],
    [
      'push-consuming',
      'com.google.firebase.MESSAGING_EVENT',
      ['push', 'from 0 s'],
      ['a fixed timer that is unrelated to any push'],
    ],
    ['vpn', 'android.permission.BIND_VPN_SERVICE', ['from 0 s'], ['any further host beside the peer']],
    ['navigation', 'location', ['service location'], ['the same traffic while the location service is stopped']],
    ['video', 'mediaPlayback', ['service mediaPlayback', 'push'], ['regular small uploads']],
    [
      'music',
      'android.intent.action.MEDIA_BUTTON',
      ['service mediaPlayback', 'from 43200 s'],
      ['regular small uploads'],
    ],
    ['game', 'true', ['push', 'from 43200 s'], ['beacons of minutes, or any fixed timer, after the game was left']],
    [
      'weather',
      'android.appwidget.action.APPWIDGET_UPDATE',
      ['push', 'from 1800 s'],
      ['a fixed timer under 15 minutes', 'uploads'],
    ],
    ['browser', '*', ['push', 'from 900 s'], ['beacons from hidden tabs']],
    ['launcher', 'android.intent.category.HOME', ['from 3600 s'], ['uploads that report which apps are used']],
    ['input-method', 'android.permission.BIND_INPUT_METHOD', ['from 86400 s'], ['uploads after typing']],
    [
      'accessibility-tool',
      'android.permission.BIND_ACCESSIBILITY_SERVICE',
      [],
      ['uploads after events of the user interface'],
    ],
    ['device-admin', 'android.permission.BIND_DEVICE_ADMIN', ['push', 'from 900 s'], ['high volume']],
    ['fitness', 'health', ['push', 'from 3600 s', 'service health'], ['continuous uploads']],
    ['torch', 'android.hardware.camera.flash', [], ['any periodic traffic in background']],
    ['offline-tool', 'android.permission.INTERNET', [], ['any traffic']],
    ['finance', 'android.permission.USE_BIOMETRIC', ['push'], ['beacons', 'cleartext']],
    [
      'parental-control',
      'android.permission.PACKAGE_USAGE_STATS',
      ['push', 'from 300 s'],
      ['being called benign: it is surveillance-capable whatever its cadence'],
    ],
    ['ad-supported', 'com.google.android.gms.ads.APPLICATION_ID', [], ['any advertisement traffic in background']],
    ['unclassified', '', [], ['anything while it is not visible: no function in the manifest explains it']],
  ])('%s: signal %s, in background %j', (name, signal, background, not) => {
    const one = byName.get(name)!;
    if (signal !== '') expect(one.signals.map(({ value }) => value)).toContain(signal);
    expect(sleeps(one)).toEqual(background);
    expect(one.not).toEqual(expect.arrayContaining(not));
    expect(one.adds).toBe(name === 'push-consuming' || name === 'ad-supported');
  });

  it('has a row above', () => expect(profiles.functions).toHaveLength(21));

  it('says why and on whose word it licenses anything', () => {
    const licences = [
      ...profiles.functions.flatMap((one) => one.licences),
      ...profiles.roles.flatMap((one) => one.licences ?? []),
    ];
    expect(licences.length).toBeGreaterThan(40);
    for (const { because, source } of licences) {
      expect(because).toMatch(/^[A-Z].{20,}\.$/);
      expect(source.length).toBeGreaterThan(10);
      expect(source).not.toMatch(/\b(todo|tbd|fixme|unknown|somewhere|placeholder|xxx)\b/i);
    }
  });

  it('gives each licence a bound with its unit, but for what a person sees, a push, or a service that shows itself', () => {
    const bounds = /(Seconds|PerHour|Destinations|UpDownRatio|BytesPerSession)$/;
    for (const one of profiles.functions) {
      for (const licence of one.licences) {
        const unattended =
          licence.state.when === 'always' || sleeps({ ...one, licences: [licence] })[0]?.startsWith('from');
        if (!unattended) continue;
        const values = Object.entries(licence).filter(([name]) => bounds.test(name));
        expect(values, `${one.name}: ${licence.id}`).not.toEqual([]);
        for (const [name, value] of values) expect(value, name).toEqual(expect.any(Number));
      }
    }
  });

  it('asks of the SMS role all four that the platform asks for', () => {
    const group = byName.get('messaging')!.signals.filter((signal) => signal.group === 'sms-role');
    expect(group.map(({ value }) => value).sort()).toEqual([
      'android.intent.action.RESPOND_VIA_MESSAGE',
      'android.provider.Telephony.SMS_DELIVER',
      'android.provider.Telephony.WAP_PUSH_DELIVER',
      'smsto',
    ]);
  });

  it('licenses IMAP IDLE on an open connection only', () => {
    const idle = byName.get('mail-sync')!.licences.find(({ id }) => id === 'imap-idle');
    expect(idle).toMatchObject({ keptOpen: true, maxIntervalSeconds: 29 * 60 });
  });

  it('cannot be declared by label or category alone, but for what licenses nothing in background', () => {
    for (const one of profiles.functions.filter(({ name }) => name !== 'game')) {
      const free = one.signals
        .filter(({ kind }) => kind === 'label-word' || kind === 'category')
        .reduce((sum, { weight }) => sum + weight, 0);
      expect(free, one.name).toBeLessThan(one.threshold);
    }
  });
});

describe('the role of a destination', () => {
  it.each([
    ['mtalk.google.com', 5228, 'push-channel', 'Google'],
    ['alt3-mtalk.google.com', 443, 'push-channel', 'Google'],
    ['mtalk.google.com', 8080, undefined, undefined],
    ['firebaseinstallations.googleapis.com', 443, 'push', 'Google'],
    ['app-measurement.com', 443, 'analytics', 'Google'],
    ['googleads.g.doubleclick.net', 443, 'ads', 'Google'],
    ['firebase-settings.crashlytics.com', 443, 'crash', 'Google'],
    ['connectivitycheck.gstatic.com', 80, 'connectivity-check', 'Google'],
    ['o1.ingest.sentry.io', 443, 'crash', 'Sentry'],
    ['APPLOVIN.com.', 443, 'ads', 'AppLovin'],
    // a suffix begins at a label: these only look alike
    ['notdoubleclick.net', 443, undefined, undefined],
    ['doubleclick.net.example', 443, undefined, undefined],
    ['constructor', 443, undefined, undefined],
  ])('%s:%d is %s of %s', (host, port, role, owner) => {
    const found = roleOf({ host, port }, profiles.roles);
    expect(found?.role).toBe(role);
    expect(found?.owner ?? undefined).toBe(owner);
  });
});
