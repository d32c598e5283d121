import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { roleOf } from '../../workers/judge/role.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const shipped = await loadProfiles();
const made: string[] = [];
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A person's own folder with these files. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'own-profiles-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

const destination = (name: string, host: string, more = ''): string =>
  `  - { name: ${name}, owner: Acme, hosts: [${host}], source: Acme network register${more} }\n`;
const acme = (...destinations: string[]): string =>
  `role: acme\ntitle: Acme\nplatform: false\nbecause: Servers of Acme.\ndestinations:\n${destinations.join('')}`;
const torch = (noun: string): string => `
name: torch
title: Torch
noun: ${noun}
adds: false
signals: []
threshold: 1
licences: []
not: []
source: Acme
`;

describe("a person's own profiles", () => {
  it('add a role, in YAML, and leave the rest as it was', async () => {
    const own = await folder({ 'roles/acme.yaml': acme(destination('acme-api', 'api.acme.example')) });
    const set = await loadProfiles({ extra: [own] });
    expect(roleOf({ host: 'api.acme.example', port: 443 }, set.roles)).toMatchObject({ role: 'acme', owner: 'Acme' });
    expect(set.roles).toHaveLength(shipped.roles.length + 1);
    expect(set.functions).toEqual(shipped.functions);
    expect(set.overrides).toEqual([]);
    expect(set.digest).not.toBe(shipped.digest);
  });

  it('take over what a shipped role says where they name it and say no more', async () => {
    const own = await folder({
      'roles/analytics.yaml': `role: analytics\ndestinations:\n${destination('acme-stats', 'stats.acme.example')}`,
    });
    const role = roleOf({ host: 'stats.acme.example', port: 443 }, (await loadProfiles({ extra: [own] })).roles);
    const amplitude = shipped.roles.find(({ name }) => name === 'amplitude')!;
    expect(role).toMatchObject({ title: amplitude.title, licences: amplitude.licences, selfService: true });
  });

  it('say themselves what a role is that nobody shipped', async () => {
    const own = await folder({ 'roles/acme.yaml': `role: acme\ndestinations:\n${destination('a', 'a.example')}` });
    const words = new RegExp(`^profile-malformed: ${basename(own)}/roles/acme.yaml: title: expected`);
    await expect(loadProfiles({ extra: [own] })).rejects.toThrow(words);
  });

  it('replace a function, a destination and an SDK of the same name, and this is told with both files', async () => {
    const own = await folder({
      'functions/torch.yml': torch('a lamp'),
      'roles/analytics.yaml': `role: analytics\ndestinations:\n${destination('amplitude', 'amplitude.acme.example')}`,
      'sdks.yaml':
        'sdks: [{ name: Amplitude, vendor: Acme, packages: [com.acme.a], roles: [analytics], source: Acme }]',
    });
    const set = await loadProfiles({ extra: [own] });
    expect(set.functions.find(({ name }) => name === 'torch')?.noun).toBe('a lamp');
    expect(set.sdks.find(({ name }) => name === 'Amplitude')?.packages).toEqual(['com.acme.a']);
    expect(roleOf({ host: 'api2.amplitude.com', port: 443 }, set.roles)).toBeNull();
    expect(set.overrides).toEqual([
      {
        kind: 'function',
        name: 'torch',
        file: `${basename(own)}/functions/torch.yml`,
        replaced: 'functions/torch.json',
      },
      {
        kind: 'destination',
        name: 'amplitude',
        file: `${basename(own)}/roles/analytics.yaml`,
        replaced: 'roles/analytics.json',
      },
      { kind: 'sdk', name: 'Amplitude', file: `${basename(own)}/sdks.yaml`, replaced: 'sdks.json' },
    ]);
  });

  it('take a host away from whoever had it, and only on the ports that both use', async () => {
    const own = await folder({
      'roles/acme.yaml': acme(destination('relay', 'api2.amplitude.com'), destination('clock', 'time.google.com')),
    });
    const { roles, overrides } = await loadProfiles({ extra: [own] });
    expect(roleOf({ host: 'api2.amplitude.com', port: 443 }, roles)?.role).toBe('acme');
    expect(roleOf({ host: 'api.eu.amplitude.com', port: 443 }, roles)?.role).toBe('analytics');
    expect(overrides.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'host api2.amplitude.com',
      'host time.google.com',
    ]);
    const port = await folder({ 'roles/acme.yaml': acme(destination('web', 'time.google.com', ', ports: [443]')) });
    const both = await loadProfiles({ extra: [port] });
    expect(both.overrides).toEqual([]);
    expect(roleOf({ host: 'time.google.com', port: 123 }, both.roles)?.role).toBe('time');
    expect(roleOf({ host: 'time.google.com', port: 443 }, both.roles)?.role).toBe('acme');
  });

  it('hold over one another in the order given', async () => {
    const first = await folder({ 'functions/torch.yaml': torch('a first lamp') });
    const second = await folder({ 'functions/torch.yaml': torch('a second lamp') });
    const noun = async (extra: string[]) =>
      (await loadProfiles({ extra })).functions.find(({ name }) => name === 'torch')?.noun;
    expect(await noun([first, second])).toBe('a second lamp');
    expect(await noun([second, first])).toBe('a first lamp');
  });

  it('have the same digest wherever their folder lies, and another in another order', async () => {
    const texts = { 'roles/acme.yaml': acme(destination('a', 'a.example')) };
    const [here, there] = [await folder(texts), await folder(texts)];
    const other = await folder({ 'functions/torch.yaml': torch('a lamp') });
    const digest = async (extra: string[]) => (await loadProfiles({ extra })).digest;
    expect(await digest([here])).toBe(await digest([there]));
    expect(await digest([here, other])).not.toBe(await digest([other, here]));
  });

  it.each([
    ['roles/acme.yaml', 'role: [', /roles\/acme\.yaml: not YAML/],
    ['roles/acme.yaml', 'role: acme\nrole: acme\n', /roles\/acme\.yaml: not YAML .*unique/],
    ['roles/acme.yaml', acme('  - { name: a, hosts: [a.example], source: x }\n'), /destinations\.0\.owner: .*expected/],
    ['roles/acme.yaml', acme(destination('A b', 'a.example')), /destinations\.0\.name: expected lower-case words/],
    ['roles/acme.yaml', acme(destination('a', 'a.example', ', trust: yes')), /destinations\.0: .*trust/],
    ['roles/acme.yaml', acme(destination('a', 'a.example', ', ports: [0]')), /destinations\.0\.ports\.0: /],
    ['functions/lamp.yaml', torch('a lamp'), /functions\/lamp\.yaml: name: 'torch' is not the name of the file/],
    ['functions/torch.yaml', torch('a lamp').replace('licences: []', 'licences: [{ id: a }]'), /licences\.0\.state: /],
    [
      'roles/bomb.yaml',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]`).join('\n')}\n`,
      /roles\/bomb\.yaml: not YAML .*alias/i,
    ],
    ['notes.txt', 'hello', /no profiles: expected functions/],
  ])('with a fault in %s are refused with file, place and what was expected', async (path, text, words) => {
    await expect(loadProfiles({ extra: [await folder({ [path]: text })] })).rejects.toThrow(words);
  });
});
