import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority, loadAuthority } from '../../workers/capture/authority.ts';
import { createAddressRule } from '../../workers/capture/egress/address.ts';
import { answerFor } from '../../workers/capture/egress/answer.ts';
import { openEgress } from '../../workers/capture/egress/open.ts';
import { readAuthority, tidyHost } from '../../workers/capture/host.ts';
import { createLeafMaker } from '../../workers/capture/leaf.ts';
import { openScene } from './scene.ts';

describe('the authority', () => {
  const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
  const hasOpenssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].some(existsSync);

  it.skipIf(!hasOpenssl)('is named as OpenSSL names it, and its leaves verify there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-ca-'));
    const authority = createAuthority();
    const caPath = join(directory, 'ca.pem');
    await writeFile(caPath, authority.certificatePem);
    expect(`${openssl('x509', '-in', caPath, '-noout', '-subject_hash_old').trim()}.0`).toBe(authority.fileName);
    expect(openssl('verify', '-x509_strict', '-CAfile', caPath, caPath)).toContain('OK');
    await rm(directory, { recursive: true });
  });

  it('says for its leaves exactly the host that was asked for', async () => {
    await using scene = await openScene();
    const names = ['a.example', '1.2.3.4', `${'long.'.repeat(30)}example`];
    const serials = new Set<string>();
    for (const name of names) {
      const stream = await scene.tls(
        name,
        /^\d/.test(name) ? { servername: '', checkServerIdentity: () => undefined } : {},
      );
      const certificate = stream.getPeerX509Certificate()!;
      if (!/^\d/.test(name)) expect(certificate.checkHost(name)).toBe(name);
      expect(certificate.checkIssued(new X509Certificate(scene.capture.caPem))).toBe(true);
      expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
      serials.add(certificate.serialNumber);
      stream.destroy();
    }
    expect(serials.size).toBe(3);
  });

  it("can be kept for an installation, and is refused with another's key", () => {
    const one = createAuthority();
    const two = createAuthority();
    expect(loadAuthority(one.certificatePem, one.exportKeyPem()).fileName).toBe(one.fileName);
    expect(() => loadAuthority(one.certificatePem, two.exportKeyPem())).toThrow(/trust-failed/);
    expect(() => loadAuthority('nonsense', 'nonsense')).toThrow(/trust-failed/);
  });

  it('keeps a bounded number of leaves', () => {
    const leaves = createLeafMaker(createAuthority());
    for (let at = 0; at < 600; at += 1) leaves.contextFor(`h${at}.example`);
    expect(leaves.size).toBe(500);
  });
});

describe('hosts', () => {
  it.each([
    ['A.Example.', 'a.example'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['2130706433', '2130706433'],
    ['../../x', null],
    ['a b', null],
    ['-a.example', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(tidyHost(text)).toBe(expected);
  });
  it.each([
    ['a.example:8443', { host: 'a.example', port: 8443 }],
    ['[::1]:443', { host: '::1', port: 443 }],
    ['x:99999', null],
    ['x:0', null],
    ['user@x:80', null],
  ])('%j is %j', (text, expected) => {
    expect(readAuthority(text)).toEqual(expected);
  });
  it.each([
    ['8.8.8.8', true],
    ['10.1.2.3', false],
    ['127.0.0.1', true], // allowed below
    ['127.1.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['::1', false],
    ['fe80::1', false],
    ['2606:4700::1111', true],
    ['nonsense', false],
  ])('%s may be dialled: %s', (address, expected) => {
    expect(createAddressRule(['127.0.0.1/32'])(address)).toBe(expected);
  });
  it('a range that is none is said to be none', () => {
    expect(() => createAddressRule(['10.0.0.0'])).toThrow(/CIDR/);
    expect(() => openEgress('recorded')).toThrow(/usage: recorded answers are not available yet/);
  });
});

describe('the sealed responder', () => {
  const ask = (path: string, headers: Record<string, string> = {}, host = 'a.example') =>
    answerFor({ method: 'GET', host, path, headers });
  it.each([
    ['/generate_204', {}, 204, null],
    ['/x', { accept: 'application/json' }, 200, 'application/json; charset=utf-8'],
    ['/v1/x', {}, 200, 'application/json; charset=utf-8'],
    ['/', { accept: 'text/html,*/*' }, 200, 'text/html; charset=utf-8'],
    ['/a.png?x=1', {}, 200, 'image/png'],
    ['/pixel', { accept: 'image/gif' }, 200, 'image/gif'],
    ['/', {}, 200, 'text/plain'],
  ] as const)('%s %j', (path, headers, status, contentType) => {
    expect(ask(path, headers)).toMatchObject({ status, contentType });
  });
  it('gives as many bytes as a sample asks for, up to a bound', () => {
    expect(ask('/', { 'x-sleeptalk-respond': '12345' }).body).toBe(12345);
    expect(ask('/', { 'x-sleeptalk-respond': '999999999' }).body).toBe(8 * 1024 * 1024);
    expect(ask('/', { 'x-sleeptalk-respond': '-1' }).body).toEqual(Buffer.alloc(0));
  });
  it('answers an installation as the Firebase SDK expects', () => {
    const answer = ask('/v1/projects/p/installations', {}, 'firebaseinstallations.googleapis.com');
    const body = JSON.parse(String(answer.body)) as { fid: string; authToken: { expiresIn: string } };
    expect(body.fid).toHaveLength(22);
    expect(body.authToken.expiresIn).toBe('604800s');
  });
});
