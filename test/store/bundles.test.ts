import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, readdir, rm, stat, symlink, writeFile, chmod } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBundle, readBundle, sweepPartial, type ManifestFields } from '../../orchestrator/store/bundles.ts';
import { scratch } from './places.ts';

const fields = {
  sample: [{ sha256: 'a'.repeat(64), fileName: 'torch.apk', split: null }],
  package: 'org.example.torch',
  seed: 1,
  device: { kind: 'simulated', apiLevel: 34 },
  tools: { adb: '1.0.41' },
  custody: [{ at: '2026-01-01T00:00:00.000Z', who: 'worker', what: 'opened' }],
} satisfies ManifestFields;

describe('an evidence bundle', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let root: string;

  beforeEach(async () => {
    place = await scratch();
    root = path.join(place.directory, 'runs');
  });
  afterEach(() => place[Symbol.asyncDispose]());

  async function sealOne(run = 'run-1'): Promise<Awaited<ReturnType<typeof readBundle>>> {
    await using bundle = await openBundle({ root, run });
    await writeFile(bundle.path('capture.ndjson'), '{"type":"end","atMs":1}\n');
    await mkdir(bundle.path('bodies'));
    await writeFile(bundle.path('bodies/1.bin'), 'hello');
    return await bundle.seal(fields);
  }

  it('is sealed under its own name with the digest of every file', async () => {
    const sealed = await sealOne();
    expect(await readdir(root)).toEqual(['run-1']);
    expect(sealed.manifest.files).toEqual([
      // printf hello | sha256sum
      {
        path: 'bodies/1.bin',
        sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        sizeBytes: 5,
      },
      { path: 'capture.ndjson', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, sizeBytes: 24 },
    ]);
    const manifest = await readFile(path.join(sealed.directory, 'manifest.json'));
    expect(createHash('sha256').update(manifest).digest('hex')).toBe(sealed.digest);
    expect(await readBundle(sealed.directory, sealed.digest)).toEqual(sealed);
  });

  it('makes what it seals read-only', async () => {
    const { directory } = await sealOne();
    for (const name of ['manifest.json', 'capture.ndjson', 'bodies/1.bin']) {
      expect((await stat(path.join(directory, name))).mode & 0o222).toBe(0);
    }
  });

  it.each([
    [
      'a changed byte',
      (at: string) => writeFile(path.join(at, 'bodies/1.bin'), 'hallo'),
      /^bodies\/1\.bin has SHA-256/,
    ],
    [
      'a longer file',
      (at: string) => appendFile(path.join(at, 'bodies/1.bin'), '!'),
      'bodies/1.bin has 6 bytes, not 5',
    ],
    ['a missing file', (at: string) => rm(path.join(at, 'capture.ndjson')), 'capture.ndjson is missing'],
    ['a file too many', (at: string) => writeFile(path.join(at, 'new'), ''), 'new is not in the manifest'],
    ['a link', (at: string) => symlink('/etc/passwd', path.join(at, 'x')), 'x is neither a file nor a directory'],
    ['a changed manifest', (at: string) => appendFile(path.join(at, 'manifest.json'), ' '), /^manifest\.json is not/],
  ])('is broken by %s, which is named', async (_what, tamper, expected) => {
    const { directory, digest } = await sealOne();
    for (const name of ['manifest.json', 'bodies/1.bin']) await chmod(path.join(directory, name), 0o644);
    await tamper(directory);
    await expect(readBundle(directory, digest)).rejects.toMatchObject({
      code: 'bundle-broken',
      detail: expect.stringMatching(expected) as string,
    });
  });

  it('is broken by a manifest that points out of it, even one that nobody compares with the ledger', async () => {
    const { directory, manifest } = await sealOne();
    const place = path.join(directory, 'manifest.json');
    await chmod(place, 0o644);
    const files = [{ ...manifest.files[0], path: '../../../etc/passwd' }];
    await writeFile(place, JSON.stringify({ ...manifest, files }));
    await expect(readBundle(directory)).rejects.toMatchObject({ code: 'usage' });
    await writeFile(place, '{');
    await expect(readBundle(directory)).rejects.toMatchObject({ code: 'bundle-broken' });
  });

  it('is missing where there is none', async () => {
    await expect(readBundle(path.join(root, 'none'))).rejects.toMatchObject({ code: 'bundle-missing' });
  });

  it.each(['../x', '/etc/passwd', 'a/../../b', '', 'a//b', '.', 'a\\b', 'a\0b', 'manifest.json'])(
    'has no place for a file named %j',
    async (name) => {
      await using bundle = await openBundle({ root, run: 'run-2' });
      expect(() => bundle.path(name)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    },
  );

  it.each(['..', 'a/b', 'RUN', '', 'a.partial'])('is not begun for a run named %j', async (run) => {
    await expect(openBundle({ root, run })).rejects.toMatchObject({ code: 'usage' });
  });

  it('stays as crashed where it is left unsealed, with all that was written', async () => {
    const bundle = await openBundle({ root, run: 'run-3' });
    await writeFile(bundle.path('capture.ndjson'), 'half');
    await bundle[Symbol.asyncDispose]();
    expect(await readdir(root)).toEqual(['run-3.crashed']);
    expect(await readFile(path.join(root, 'run-3.crashed/capture.ndjson'), 'utf8')).toBe('half');
    await expect(openBundle({ root, run: 'run-3' })).rejects.toMatchObject({ code: 'contract-broken' });
  });

  it('stays as crashed where sealing fails', async () => {
    const bundle = await openBundle({ root, run: 'run-4' });
    await symlink('/etc/passwd', bundle.path('x'));
    await expect(bundle.seal(fields)).rejects.toMatchObject({ code: 'bundle-broken' });
    expect(await readdir(root)).toEqual(['run-4.crashed']);
    await expect(bundle.seal(fields)).rejects.toMatchObject({ code: 'contract-broken' });
  });

  it('of a killed process is swept aside and kept; one of a living process is left alone', async () => {
    const program = `
      import { writeFileSync } from 'node:fs';
      import { openBundle } from ${JSON.stringify(path.resolve('orchestrator/store/bundles.ts'))};
      const bundle = await openBundle({ root: ${JSON.stringify(root)}, run: 'run-dead' });
      writeFileSync(bundle.path('capture.ndjson'), 'half');
      process.kill(process.pid, 'SIGKILL');`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', program];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({ signal: 'SIGKILL' });
    await using _living = await openBundle({ root, run: 'run-living' });
    expect(await sweepPartial(root)).toEqual(['run-dead']);
    expect(await readFile(path.join(root, 'run-dead.crashed/capture.ndjson'), 'utf8')).toBe('half');
    expect((await readdir(root)).sort()).toEqual(['run-dead.crashed', 'run-living.holder', 'run-living.partial']);
    expect(await sweepPartial(root)).toEqual([]);
    expect(await sweepPartial(path.join(root, 'nowhere'))).toEqual([]);
  });
});
