import { describe, expect, it } from 'vitest';
import { loadProfiles } from '../../workers/profiles.ts';

const { sdks, roles } = await loadProfiles();

describe('the table of SDKs', () => {
  it('names at least 120, each once, with vendor and source', () => {
    expect(sdks.length).toBeGreaterThanOrEqual(120);
    expect(new Set(sdks.map(({ name }) => name)).size).toBe(sdks.length);
    for (const { name, vendor, source } of sdks) {
      expect(vendor, name).not.toBe('');
      expect(source.length, name).toBeGreaterThan(15);
    }
  });

  it('has each package once, and none below another of another SDK', () => {
    const packages = sdks.flatMap((sdk) => sdk.packages.map((one) => ({ one, sdk: sdk.name })));
    const clashes = packages.flatMap(({ one, sdk }) =>
      packages
        .filter((other) => other.sdk !== sdk && `${one}.`.startsWith(`${other.one}.`))
        .map((other) => `${one} of ${sdk} is below ${other.one} of ${other.sdk}`),
    );
    expect(clashes).toEqual([]);
  });

  it('plays only roles that somebody plays', () => {
    const known = new Set(roles.map(({ role }) => role));
    expect(sdks.flatMap((sdk) => sdk.roles).filter((role) => !known.has(role))).toEqual([]);
    expect(sdks.filter((sdk) => sdk.roles.length > 0).length).toBeGreaterThan(90);
  });

  it.each([
    ['com.amplitude', 'Amplitude', ['analytics']],
    ['com.google.firebase.messaging', 'Firebase Cloud Messaging', ['push', 'push-channel']],
    ['com.google.android.gms.ads', 'Google Mobile Ads', ['ads']],
    ['com.launchdarkly.sdk', 'LaunchDarkly', ['feature-flags']],
    ['com.newrelic.agent', 'New Relic', ['performance']],
    ['io.branch', 'Branch', ['attribution']],
  ])('%s is %s and plays %j', (prefix, name, expected) => {
    expect(sdks.find((sdk) => sdk.packages.includes(prefix))).toMatchObject({ name, roles: expected });
  });
});
