import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveBundle, bundleManifest, fetchBundle } from '../../orchestrator/store/archive.ts';
import { openBundle, type ManifestFields, type SealedBundle } from '../../orchestrator/store/bundles.ts';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { scratch } from './places.ts';

const signal = new AbortController().signal;
const fields = {
  sample: [{ sha256: 'a'.repeat(64), fileName: 'torch.apk', split: null }],
  package: 'org.example.torch',
  seed: 1,
  device: { kind: 'simulated', apiLevel: 34 },
  tools: { adb: '1.0.41' },
  custody: [{ at: '2026-01-01T00:00:00.000Z', who: 'worker', what: 'opened' }],
} satisfies ManifestFields;

describe('an archived bundle', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let files: DiskFiles;
  let sealed: SealedBundle;

  beforeEach(async () => {
    place = await scratch();
    files = await openDiskFiles(path.join(place.directory, 'files'));
    await using bundle = await openBundle({ root: path.join(place.directory, 'here'), run: 'run-1' });
    await writeFile(bundle.path('capture.ndjson'), '{"type":"end","atMs":1}\n');
    await mkdir(bundle.path('bodies'));
    await writeFile(bundle.path('bodies/1.bin'), 'hello');
    await writeFile(bundle.path('bodies/2.bin'), 'hello');
    await writeFile(bundle.path('empty'), '');
    sealed = await bundle.seal(fields);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const elsewhere = (): string => path.join(place.directory, 'there/run-1');
  const rot = async (sha256: string, content: string): Promise<void> => {
    await chmod(files.path(sha256), 0o644);
    await writeFile(files.path(sha256), content);
  };
  const capture = (): string => sealed.manifest.files.find((file) => file.path === 'capture.ndjson')?.sha256 ?? '';

  it('is fetched by its digest on a machine that shares nothing but the store', async () => {
    const archived = await archiveBundle(files, sealed, signal);
    expect(archived.map(({ name }) => name)).toEqual([
      'bodies/1.bin',
      'bodies/2.bin',
      'capture.ndjson',
      'empty',
      'manifest.json',
    ]);
    expect(archived.at(-1)).toEqual({
      name: 'manifest.json',
      sha256: sealed.digest,
      sizeBytes: (await stat(path.join(sealed.directory, 'manifest.json'))).size,
    });
    await rm(sealed.directory, { recursive: true });
    expect(await bundleManifest(files, sealed.digest, signal)).toEqual(sealed.manifest);
    const fetched = await fetchBundle(files, sealed.digest, elsewhere(), signal);
    expect(fetched).toEqual({ ...sealed, directory: elsewhere() });
    expect(await readFile(path.join(elsewhere(), 'bodies/2.bin'), 'utf8')).toBe('hello');
    expect((await stat(path.join(elsewhere(), 'capture.ndjson'))).mode & 0o222).toBe(0);
    expect(await readdir(path.dirname(elsewhere()))).toEqual(['run-1']);
  });

  it('is archived again without a change, and fetched again by taking what lies there', async () => {
    const first = await archiveBundle(files, sealed, signal);
    expect(await archiveBundle(files, sealed, signal)).toEqual(first);
    await fetchBundle(files, sealed.digest, elsewhere(), signal);
    const before = (await stat(elsewhere())).ctimeMs;
    await fetchBundle(files, sealed.digest, elsewhere(), signal);
    expect((await stat(elsewhere())).ctimeMs).toBe(before);
  });

  it('is fetched whole by several at once to the same place', async () => {
    await archiveBundle(files, sealed, signal);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => fetchBundle(files, sealed.digest, elsewhere(), signal)),
    );
    expect(new Set(all.map(({ digest }) => digest))).toEqual(new Set([sealed.digest]));
    expect(await readdir(path.dirname(elsewhere()))).toEqual(['run-1']);
  });

  it('is not archived where a file changed after sealing', async () => {
    const file = path.join(sealed.directory, 'capture.ndjson');
    await chmod(file, 0o644);
    for (const [content, how] of [
      ['{"type":"end","atMs":2}\n', /^capture\.ndjson has SHA-256/],
      ['{"type":"end","atMs":10000}\n', /^capture\.ndjson grew/],
    ] as const) {
      await writeFile(file, content);
      await expect(archiveBundle(files, sealed, signal)).rejects.toMatchObject({
        code: 'bundle-broken',
        detail: expect.stringMatching(how) as string,
      });
    }
    expect(await files.has(sealed.digest)).toBe(false);
  });

  it('is broken by rot in the store, which names the file and leaves nothing behind', async () => {
    await archiveBundle(files, sealed, signal);
    await rot(capture(), '{"type":"end","atMs":3}\n');
    await expect(fetchBundle(files, sealed.digest, elsewhere(), signal)).rejects.toMatchObject({
      code: 'bundle-broken',
      detail: expect.stringContaining('capture.ndjson') as string,
    });
    expect(await readdir(path.dirname(elsewhere()))).toEqual([]);
    await rot(sealed.digest, '{}');
    await expect(bundleManifest(files, sealed.digest, signal)).rejects.toMatchObject({ code: 'bundle-broken' });
  });

  it('is broken by a file that the store lost, and says so of one that retention removed', async () => {
    await archiveBundle(files, sealed, signal);
    await files.remove(capture(), { unlessUsedSince: new Date(Date.now() + 1000) });
    await expect(fetchBundle(files, sealed.digest, elsewhere(), signal)).rejects.toMatchObject({
      code: 'artefact-removed',
    });
    await rm(path.join(place.directory, 'files/removed', capture()));
    await expect(fetchBundle(files, sealed.digest, elsewhere(), signal)).rejects.toMatchObject({
      code: 'bundle-broken',
      detail: 'capture.ndjson is not in the store',
    });
  });

  it('is missing where it was never archived', async () => {
    await expect(bundleManifest(files, 'f'.repeat(64), signal)).rejects.toMatchObject({ code: 'bundle-missing' });
    await expect(fetchBundle(files, 'f'.repeat(64), elsewhere(), signal)).rejects.toMatchObject({
      code: 'bundle-missing',
    });
    await expect(fetchBundle(files, '../etc', elsewhere(), signal)).rejects.toMatchObject({ code: 'usage' });
  });

  it('leads nobody out of its folder, whatever its manifest says', async () => {
    const hostile = { ...sealed.manifest, files: [{ path: '../../out', sha256: capture(), sizeBytes: 24 }] };
    await archiveBundle(files, sealed, signal);
    const { sha256 } = await files.add(Readable.from([Buffer.from(JSON.stringify(hostile))]), {
      limitBytes: 10_000,
      signal,
    });
    await expect(fetchBundle(files, sha256, elsewhere(), signal)).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(path.dirname(elsewhere()))).toEqual([]);
  });
});
