import { describe, expect, it } from 'vitest';
import { beats, judged, MINUTE, session } from '../judge/scenario.ts';

const AWAY = [
  ['foreground', 10],
  ['background', 240],
] as const;
const HOUR_MS = 60 * MINUTE;

/** What the judge makes of uploads of 2 kB to a host, every so many minutes, while a weather app is not in front. */
function uploads(name: string, host: string, everyMinutes: number, more: object = {}) {
  const sent = beats(
    host,
    { from: 15 * MINUTE, to: 10 * MINUTE + 4 * HOUR_MS, every: everyMinutes * MINUTE, jitter: 0.03 },
    () => ({ upBytes: 2000, downBytes: 200, ...more }),
  );
  const report = judged(name, session(AWAY, sent));
  const channel = report.channels.find(({ destination }) => destination.host === host)!;
  return { verdict: report.verdict, explained: channel.explained, role: channel.role, because: channel.because };
}

describe('an analytics host where anybody may have an account', () => {
  it('explains the hourly batch that its SDK sends beside a weather app', () => {
    const told = uploads('weather', 'api2.amplitude.com', 60);
    expect(told).toMatchObject({ verdict: 'consistent', explained: true, role: 'analytics' });
  });

  it.each([
    ['api2.amplitude.com', 1.5],
    ['api.mixpanel.com', 5],
    ['app-measurement.com', 5],
    ['o1.ingest.us.sentry.io', 10],
    ['us.i.posthog.com', 15],
    ['browser-intake-datadoghq.com', 5],
    ['mobile.launchdarkly.com', 5],
    ['app.adjust.com', 10],
    ['sdk.iad-01.braze.com', 5],
    ['firebaseremoteconfig.googleapis.com', 15],
  ])('does not explain a beacon at %s every %d min', (host, everyMinutes) => {
    const told = uploads('weather', host, everyMinutes);
    expect(told).toMatchObject({ verdict: 'inconsistent', explained: false });
    expect(told.role).not.toBeNull();
  });

  it('does not explain a batch that is larger than any that its SDK keeps', () => {
    const told = uploads('weather', 'api2.amplitude.com', 60, { upBytes: 5_000_000 });
    expect(told.explained).toBe(false);
  });

  it('explains nothing in background beside a torch, which has no use for it', () => {
    expect(uploads('torch', 'api2.amplitude.com', 30)).toMatchObject({ verdict: 'inconsistent', explained: false });
  });
});

describe('a host that anybody can rent', () => {
  it.each([
    'd111111abcdef8.cloudfront.net',
    'drop.s3.eu-west-1.amazonaws.com',
    'panel.web.app',
    'x.herokuapp.com',
    'a.workers.dev',
  ])('%s does not explain what an analytics host would', (host) => {
    const told = uploads('weather', host, 30);
    expect(told).toMatchObject({ verdict: 'inconsistent', explained: false, role: 'shared-hosting' });
  });
});

describe('advertisements', () => {
  it.each(['ms.applovin.com', 'live.chartboost.com', 'x.unityads.unity3d.com'])(
    'are not explained at %s while nobody looks',
    (host) => expect(uploads('game', host, 30)).toMatchObject({ explained: false, role: 'ads' }),
  );
});
