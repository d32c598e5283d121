import { getPublicSuffix } from 'tldts';
import { describe, expect, it } from 'vitest';
import { roleOf } from '../../workers/judge/role.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const { roles } = await loadProfiles();
const SHARED = 'shared-hosting';
const rows = roles.flatMap((role) => role.hosts.map((host) => ({ host, role })));
const good = rows.filter(({ role }) => role.role !== SHARED);

describe('the table of destinations', () => {
  it('names at least 250 hosts of SDKs and platform services, of every kind', () => {
    expect(good.length).toBeGreaterThanOrEqual(250);
    expect([...new Set(roles.map(({ role }) => role))].sort()).toEqual([
      'ads',
      'analytics',
      'attribution',
      'cdn',
      'cloud-backend',
      'config',
      'connectivity-check',
      'crash',
      'engagement',
      'feature-flags',
      'identity',
      'mail',
      'maps',
      'messaging-platform',
      'payments',
      'performance',
      'platform-service',
      'push',
      'push-channel',
      'session-replay',
      SHARED,
      'time',
    ]);
  });

  it('has each host once, so that no host has two roles or two owners', () => {
    const hosts = rows.map(({ host }) => host);
    expect(hosts.filter((host, at) => hosts.indexOf(host) !== at)).toEqual([]);
  });

  it('has each destination once by name', () => {
    const names = roles.map(({ name }) => name);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has an owner for each, but for what is dynamic DNS, and says how it is known', () => {
    expect(roles.filter(({ owner }) => owner === null).map(({ name }) => name)).toEqual(['dynamic-dns-shared']);
    for (const { name, source, because } of roles) {
      expect(source.length, name).toBeGreaterThan(10);
      expect(source, name).not.toMatch(/\b(todo|tbd|fixme|various|vendor's (sdk )?documentation|published network)\b/i);
      expect(because, name).toMatch(/^[A-Z].{15,}\.$/);
    }
  });

  it('gives each licence of a role a number, its reason and its source', () => {
    for (const { name, licences } of roles) {
      for (const licence of licences ?? []) {
        const visible = licence.state.when === 'phase' && licence.state.phases.join() === 'foreground';
        const numbers = Object.values(licence).filter((value) => typeof value === 'number');
        if (!visible) expect(numbers, `${name}: ${licence.id}`).not.toEqual([]);
        expect(licence.because).toMatch(/^[A-Z].{20,}\.$/);
        expect(licence.source.length).toBeGreaterThan(15);
      }
    }
  });
});

describe('what anybody can rent', () => {
  it.each([
    ['d111111abcdef8.cloudfront.net'],
    ['bucket.s3.eu-west-1.amazonaws.com'],
    ['c2.herokuapp.com'],
    ['panel.web.app'],
    ['drop.firebaseio.com'],
    ['static.azureedge.net'],
    ['account.blob.core.windows.net'],
    ['someone.github.io'],
    ['notes.blogspot.com'],
    ['relay.workers.dev'],
    ['1234.ngrok-free.app'],
    ['home.duckdns.org'],
    ['raw.githubusercontent.com'],
    ['project.supabase.co'],
  ])('%s is shared hosting, and licenses nothing', (host) => {
    const role = roleOf({ host, port: 443 }, roles);
    expect(role).toMatchObject({ role: SHARED, selfService: true, platform: false });
    expect(role?.licences ?? []).toEqual([]);
  });

  it('has no other role: no suffix elsewhere is one that the Public Suffix List calls public', () => {
    const suffixes = good.filter(({ host }) => host.startsWith('.')).map(({ host }) => host.slice(1));
    expect(suffixes.length).toBeGreaterThan(10);
    const rentable = suffixes.filter((host) => getPublicSuffix(host, { allowPrivateDomains: true }) === host);
    expect(rentable).toEqual([]);
  });

  it('never stands below a suffix of another role: no good name is given away by it', () => {
    const shared = rows.filter(({ role }) => role.role === SHARED).map(({ host }) => host);
    const below = good.filter(({ host }) => shared.some((suffix) => host.endsWith(suffix)));
    expect(below.map(({ host }) => host)).toEqual([]);
  });
});

describe('the most specific row', () => {
  it.each([
    ['connectivitycheck.gstatic.com', 443, 'connectivity-check'],
    ['fonts.gstatic.com', 443, 'cdn'],
    ['www.gstatic.com', 443, 'cdn'],
    ['firestore.googleapis.com', 443, 'cloud-backend'],
    ['firebaseremoteconfig.googleapis.com', 443, 'config'],
    ['unheard-of.googleapis.com', 443, undefined],
    ['googleads.g.doubleclick.net', 443, 'ads'],
    ['otlp.bugsnag.com', 443, 'performance'],
    ['notify.bugsnag.com', 443, 'crash'],
    ['app.adjust.net.in', 443, 'attribution'],
    ['e16.whatsapp.net', 5222, 'messaging-platform'],
    ['e17.whatsapp.net', 5222, undefined],
    ['0.android.pool.ntp.org', 123, 'time'],
    ['0.android.pool.ntp.org', 443, undefined],
    ['imap.gmail.com', 993, 'mail'],
    // a name is not a suffix: whoever makes up a label below an exact host is nobody
    ['x.api2.amplitude.com', 443, undefined],
    ['api2.amplitude.com.evil.example', 443, undefined],
  ])('%s:%d plays %s', (host, port, role) => {
    expect(roleOf({ host, port }, roles)?.role).toBe(role);
  });

  it('is the longer suffix whatever the order of rows', () => {
    const base = { role: 'a', title: 'a', owner: null, platform: false, because: 'x', source: 'x' };
    const short = { ...base, role: 'short', hosts: ['.example.net'] };
    const long = { ...base, role: 'long', hosts: ['.ads.example.net'] };
    for (const table of [
      [short, long],
      [long, short],
    ]) {
      expect(roleOf({ host: 'x.ads.example.net', port: 443 }, table)?.role).toBe('long');
      expect(roleOf({ host: 'x.example.net', port: 443 }, table)?.role).toBe('short');
    }
  });
});
