import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../orchestrator/config.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sleeptalk-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the settings of the service', () => {
  it('all have a value without any variable set', () => {
    const config = readConfig({});
    expect(config.SLEEPTALK_LISTEN).toBe('127.0.0.1:8080');
    expect(config.SLEEPTALK_MAX_UPLOAD_BYTES).toBe(2_147_483_648);
    expect(config.SLEEPTALK_DEVICES).toBe('simulated:1');
    expect(config.SLEEPTALK_OIDC_ISSUER).toBeUndefined();
  });

  it('an empty variable counts as absent, as compose files make them', () => {
    expect(readConfig({ SLEEPTALK_LISTEN: '', SLEEPTALK_OIDC_ISSUER: '' })).toEqual(readConfig({}));
  });

  it.each([
    ['SLEEPTALK_LISTEN', '8080', /SLEEPTALK_LISTEN: expected HOST:PORT/],
    ['SLEEPTALK_MAX_UPLOAD_BYTES', 'much', /SLEEPTALK_MAX_UPLOAD_BYTES: .*expected number/],
    ['SLEEPTALK_RATE_PER_MINUTE', '0', /SLEEPTALK_RATE_PER_MINUTE: .*>=1/],
    ['SLEEPTALK_PUBLIC_URL', 'ftp://x', /SLEEPTALK_PUBLIC_URL/],
    ['SLEEPTALK_TRUST_PROXY', 'yes', /SLEEPTALK_TRUST_PROXY: .*"true"\|"false"/],
    ['SLEEPTALK_WEBHOOK_SECRET', 'short', /SLEEPTALK_WEBHOOK_SECRET: .*>=32/],
    ['SLEEPTALK_LOG_LEVEL', 'loud', /SLEEPTALK_LOG_LEVEL/],
  ])('%s=%s ends the start with its name and what was expected', (name, value, words) => {
    expect(() => readConfig({ [name]: value })).toThrow(words);
    expect(() => readConfig({ [name]: value })).toThrow(/^config-invalid: /);
  });

  it('a secret may stand in a file, and in one place only', () => {
    const secret = '0123456789abcdef0123456789abcdef';
    const file = join(folder, 'webhook');
    writeFileSync(file, `${secret}\n`);
    expect(readConfig({ SLEEPTALK_WEBHOOK_SECRET_FILE: file }).SLEEPTALK_WEBHOOK_SECRET).toBe(secret);
    const both = { SLEEPTALK_WEBHOOK_SECRET_FILE: file, SLEEPTALK_WEBHOOK_SECRET: secret };
    expect(() => readConfig(both)).toThrow(/are both set/);
    expect(() => readConfig({ SLEEPTALK_WEBHOOK_SECRET_FILE: join(folder, 'none') })).toThrow(
      /config-invalid: SLEEPTALK_WEBHOOK_SECRET_FILE: ENOENT/,
    );
  });

  it('a secret that is not valid is not printed', () => {
    expect(() => readConfig({ SLEEPTALK_WEBHOOK_SECRET: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }) as Error,
    );
  });

  it('lists are separated by commas, with or without spaces', () => {
    expect(readConfig({ SLEEPTALK_WEBHOOK_ALLOW: '10.0.0.0/8, 127.0.0.1/32,' }).SLEEPTALK_WEBHOOK_ALLOW).toEqual([
      '10.0.0.0/8',
      '127.0.0.1/32',
    ]);
  });
});
