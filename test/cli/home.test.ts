import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findHome } from '../../cli/home.ts';

describe('where things are kept', () => {
  it('--home wins over SLEEPTALK_HOME, which wins over the XDG data folder', () => {
    const environment = { SLEEPTALK_HOME: '/a', XDG_DATA_HOME: '/b' };
    expect(findHome(environment, '/c').directory).toBe('/c');
    expect(findHome(environment).directory).toBe('/a');
    expect(findHome({ XDG_DATA_HOME: '/b' }).directory).toBe('/b/sleeptalk');
  });

  it('shared services come from the environment', () => {
    const home = findHome({ DATABASE_URL: 'postgres://db.example/x', REDIS_URL: 'redis://queue.example' }, '/c');
    expect(home.databaseUrl).toBe('postgres://db.example/x');
    expect(home.redisUrl).toBe('redis://queue.example');
    expect(findHome({}, '/c')).toMatchObject({ databaseUrl: null, redisUrl: null });
  });

  it('a URL of the wrong kind is refused by the name of its variable', () => {
    expect(() => findHome({ DATABASE_URL: 'mysql://x' }, '/c')).toThrow(/usage: the environment variable DATABASE_URL/);
  });

  it('an address that holds a password may stand in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sleeptalk-home-'));
    try {
      const file = join(folder, 'url');
      writeFileSync(file, 'postgres://me:secret@db.example/x\n');
      expect(findHome({ DATABASE_URL_FILE: file }, '/c').databaseUrl).toBe('postgres://me:secret@db.example/x');
      expect(() => findHome({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://y' }, '/c')).toThrow(/both set/);
      expect(() => findHome({ REDIS_URL_FILE: join(folder, 'absent') }, '/c')).toThrow(/usage: REDIS_URL_FILE: ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
