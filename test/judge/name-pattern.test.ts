import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksGenerated, namePattern } from '../../workers/judge/name-pattern.ts';
import { tiesOf } from '../../workers/judge/tie.ts';

const names = (hosts: readonly string[], scarce = true) => hosts.map((host) => ({ host, port: 443, scarce }));

describe('generated labels', () => {
  it.each(['x7f3a9', 'cdn1', '0b4e', 'kqxzvbtw', 'node-17', 'mfrggzdf', 'brtlmpqs'])('%s looks made', (label) => {
    expect(looksGenerated(label)).toBe(true);
  });
  it.each(['www', 'api', 'static', 'images', 'login', 'graph', 'telemetry', 'analytics', 'cdn', 'sync'])(
    '%s is a word',
    (label) => expect(looksGenerated(label)).toBe(false),
  );

  it('siblings that differ in one are a pattern; words beside them are not of it', () => {
    const hosts = ['a1x9.example.net', 'www.example.net', 'b2k7.example.net', 'c3q5.example.net', 'static.example.net'];
    expect(namePattern(names(hosts), 'example.net')).toEqual({ pattern: '*.example.net', members: [0, 2, 3] });
  });

  it('a label in the middle may be the one that changes', () => {
    const hosts = ['u.1f.example.net', 'u.2e.example.net', 'u.3d.example.net', 'v.4c.example.net'];
    expect(namePattern(names(hosts), 'example.net')).toEqual({ pattern: 'u.*.example.net', members: [0, 1, 2] });
  });

  it('a rare sibling of like length that happens to read like a word belongs to them', () => {
    const hosts = ['a1x9', 'b2k7', 'c3q5', 'lamp', 'analytics'].map((label) => `${label}.example.net`);
    expect(namePattern(names(hosts), 'example.net')!.members).toEqual([0, 1, 2, 3]);
    expect(namePattern(names(hosts, false), 'example.net')!.members).toEqual([0, 1, 2]);
  });

  it('two siblings, or siblings on different ports, are none', () => {
    expect(namePattern(names(['a1.example.net', 'b2.example.net', 'www.example.net']), 'example.net')).toBeNull();
    const ports = names(['a1.example.net', 'b2.example.net', 'c3.example.net']).map((one, i) => ({ ...one, port: i }));
    expect(namePattern(ports, 'example.net')).toBeNull();
  });

  it('no names whatsoever do harm', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 80 }), { maxLength: 20 }), (hosts) => {
        const found = namePattern(names(hosts.map((host) => `${host}.example.net`)), 'example.net');
        expect(new Set(found?.members).size).toBe(found?.members.length ?? 0);
        expect(namePattern(names([...hosts, '.'.repeat(500)]), 'example.net')).toBeNull();
      }),
    );
  });
});

describe('what a destination may share with others', () => {
  const ties = (host: string, addresses: readonly string[] = [], certificates: readonly string[] = []) =>
    tiesOf({
      key: `${host}:443`,
      destination: { host, port: 443 },
      foreign: false,
      exchanges: [],
      sni: [],
      ja4: [],
      addresses,
      certificates,
    });

  it.each([
    ['a.b.example.net', 'example.net'],
    ['shop.example.co.uk', 'example.co.uk'],
    // Customers of one cloud are strangers: the private part of the public suffix list has its domain.
    ['d1.cloudfront.net', 'd1.cloudfront.net'],
    ['someone.github.io', 'someone.github.io'],
    ['firebaseinstallations.googleapis.com', 'firebaseinstallations.googleapis.com'],
    ['cloudfront.net', null],
    ['localhost', null],
    ['203.0.113.5', null],
    ['2001:db8::1', null],
    ['<b>.example.net', 'example.net'],
  ])('the registrable domain of %s is %s', (host, domain) => expect(ties(host).domain).toBe(domain));

  it('the one address and the one certificate; of several, none is its own', () => {
    expect(ties('a.example', ['203.0.113.5'], ['ab'])).toMatchObject({ address: '203.0.113.5', certificate: 'ab' });
    expect(ties('a.example', ['203.0.113.5', '203.0.113.6'])).toMatchObject({ address: null, certificate: null });
    expect(ties('203.0.113.5').address).toBe('203.0.113.5');
  });
});
