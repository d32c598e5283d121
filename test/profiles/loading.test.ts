import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadProfiles } from '../../workers/profiles.ts';

const profiles = await loadProfiles();
const shipped = resolve(import.meta.dirname, '../../profiles');

describe('loading', () => {
  let copy = '';
  afterEach(async () => rm(copy, { recursive: true, force: true }));

  async function broken(path: string, change: (text: string) => string): Promise<string> {
    copy = await mkdtemp(join(tmpdir(), 'profiles-'));
    await cp(shipped, copy, { recursive: true });
    await writeFile(join(copy, path), change(await readFile(join(copy, path), 'utf8')));
    return copy;
  }

  it('gives the same digest twice, and another for other bytes', async () => {
    expect((await loadProfiles()).digest).toBe(profiles.digest);
    const other = await broken('functions/torch.json', (text) => `${text}\n`);
    expect((await loadProfiles({ directory: other })).digest).not.toBe(profiles.digest);
  });

  it.each([
    [
      'functions/torch.json',
      (text: string) => text.slice(0, 100),
      /^profile-malformed: functions\/torch\.json: not JSON/,
    ],
    [
      'functions/torch.json',
      (text: string) => text.replace('"threshold": 2', '"threshold": -2'),
      /functions\/torch\.json: threshold: /,
    ],
    [
      'functions/torch.json',
      (text: string) => text.replace('"threshold": 2', '"threshold": 2, "extra": 1'),
      /functions\/torch\.json: the whole file: .*extra/,
    ],
    [
      'functions/torch.json',
      (text: string) => text.replace('"name": "torch"', '"name": "lamp"'),
      /functions\/torch\.json: name: 'lamp' is not the name of the file/,
    ],
    [
      'functions/ad-supported.json',
      (text: string) => text.replace('"ads"', '"adverts"'),
      /functions\/ad-supported\.json: licences\.0\.roles: 'adverts' is no role/,
    ],
    ['roles/ads.json', () => '{"role":"ads"}', /^profile-malformed: roles\/ads\.json: destinations: .*expected array/],
    [
      'roles/ads.json',
      (text: string) => text.replace('"live.chartboost.com"', '"https://live.chartboost.com/"'),
      /roles\/ads\.json: destinations\.\d+\.hosts\.0: expected a lower-case host name/,
    ],
    [
      'roles/ads.json',
      (text: string) => text.replace('"live.chartboost.com"', '".com"'),
      /destinations\.\d+\.hosts\.0: expected .* a suffix of two labels/,
    ],
    [
      'roles/ads.json',
      (text: string) => text.replace('"live.chartboost.com"', '"config.inmobi.com"'),
      /roles\/ads\.json: destinations: 'config\.inmobi\.com' is a host of 'chartboost' too/,
    ],
    [
      'roles/ads.json',
      (text: string) => text.replace('"name": "chartboost"', '"name": "inmobi"'),
      /roles\/ads\.json: destinations: 'inmobi' stands in roles\/ads\.json too/,
    ],
    [
      'sdks.json',
      (text: string) => text.replace('"com.amplitude"', '"com.amplitude."'),
      /^profile-malformed: sdks\.json: sdks\.\d+\.packages\.0: expected a Java package/,
    ],
    [
      'sdks.json',
      (text: string) => text.replace('"analytics"', '"statistics"'),
      /^profile-malformed: sdks\.json: sdks\..+\.roles: 'statistics' is no role/,
    ],
  ])('a fault in %s names file and place', async (path, change, message) => {
    await expect(loadProfiles({ directory: await broken(path, change) })).rejects.toThrow(message);
  });

  it('a set without the function for what nothing explains is refused', async () => {
    copy = await mkdtemp(join(tmpdir(), 'profiles-'));
    await cp(shipped, copy, { recursive: true });
    await rm(join(copy, 'functions/unclassified.json'));
    await expect(loadProfiles({ directory: copy })).rejects.toThrow(/'unclassified' is missing/);
  });

  it('a file that is too large is refused before it is read, and so is what is no file', async () => {
    const large = await broken('sdks.json', (text) => text + ' '.repeat(1_048_576));
    await expect(loadProfiles({ directory: large })).rejects.toThrow(/sdks\.json: \d+ bytes, more than 1048576/);
    await rm(join(large, 'sdks.json'));
    await symlink('/dev/zero', join(large, 'sdks.json'));
    await expect(loadProfiles({ directory: large })).rejects.toThrow(/sdks\.json: not a file/);
  });

  it('a missing folder is named', async () => {
    await expect(loadProfiles({ directory: '/nowhere' })).rejects.toThrow(/^profile-malformed: \/nowhere: the folder/);
  });
});
