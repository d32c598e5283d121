import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionProfile, Licence, SdkProfile, Signal } from '../../orchestrator/contract/profile.ts';
import { RoleDestination, RoleFile } from '../../orchestrator/contract/profile-file.ts';
import { roleOf } from '../../workers/judge/role.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const text = await readFile(resolve(import.meta.dirname, '../../docs/profiles.md'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'documented-profiles-'));
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** The blocks of the document that name a file: ```yaml roles/acme.yaml */
const blocks = [...text.matchAll(/^```(?:yaml|json) (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, body]) => [path!, body!]);

describe('docs/profiles.md', () => {
  it('shows profiles that can be read as they stand', async () => {
    expect(blocks.map(([path]) => path).sort()).toEqual([
      'functions/field-service.yaml',
      'roles/acme.yaml',
      'roles/analytics.json',
      'sdks.yaml',
    ]);
    for (const [path, body] of blocks) {
      await mkdir(dirname(join(folder, path!)), { recursive: true });
      await writeFile(join(folder, path!), body!);
    }
    const shipped = await loadProfiles();
    const set = await loadProfiles({ extra: [folder] });
    expect(set.overrides).toEqual([]);
    expect(set.functions).toHaveLength(shipped.functions.length + 1);
    expect(set.sdks).toHaveLength(shipped.sdks.length + 1);
    expect(roleOf({ host: 'x.edge.acme.example', port: 443 }, set.roles)).toMatchObject({ role: 'acme' });
    expect(roleOf({ host: 'time.acme.example', port: 123 }, set.roles)).toMatchObject({ platform: true, licences: [] });
    const stats = roleOf({ host: 'stats.acme.example', port: 443 }, set.roles);
    expect(stats).toMatchObject({ role: 'analytics', title: 'analytics', selfService: false });
    expect(stats?.licences?.length).toBeGreaterThan(0);
  });

  it.each([
    ['a function', FunctionProfile],
    ['a licence', Licence],
    ['a signal', Signal],
    ['a file of a role', RoleFile],
    ['a destination', RoleDestination],
    ['an SDK', SdkProfile],
  ])('explains every field of %s', (_, schema) => {
    const missing = Object.keys(schema.shape).filter((field) => !text.includes(`\`${field}\``));
    expect(missing).toEqual([]);
  });

  it('names every kind of signal', () => {
    expect(Signal.shape.kind.options.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
  });
});
