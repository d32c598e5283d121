import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleTar } from '../../orchestrator/export/bundle-tar.ts';
import { archiveBundle } from '../../orchestrator/store/archive.ts';
import { openBundle, readBundle, type SealedBundle } from '../../orchestrator/store/bundles.ts';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { scratch } from '../store/places.ts';

const signal = new AbortController().signal;
const longName = `bodies/${'x'.repeat(90)}/${'y'.repeat(120)}.bin`;
const foreignName = 'bodies/größe-界.bin';

describe('the tar of an evidence bundle', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let files: DiskFiles;
  let sealed: SealedBundle;

  beforeEach(async () => {
    place = await scratch();
    files = await openDiskFiles(path.join(place.directory, 'files'));
    await using bundle = await openBundle({ root: path.join(place.directory, 'runs'), run: 'run-1' });
    await writeFile(bundle.path('capture.ndjson'), '{"type":"end","atMs":1}\n');
    await mkdir(path.dirname(bundle.path(longName)), { recursive: true });
    await writeFile(bundle.path(longName), 'a'.repeat(300_000));
    await writeFile(bundle.path(foreignName), 'b');
    await writeFile(bundle.path('empty'), '');
    sealed = await bundle.seal({
      sample: [],
      package: 'org.example.torch',
      seed: 1,
      device: { kind: 'simulated' },
      tools: {},
      custody: [],
    });
    await archiveBundle(files, sealed, signal);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const tarred = (): Promise<Buffer> => buffer(bundleTar(files, sealed.digest, signal));
  const rot = async (name: string, content: string): Promise<void> => {
    const sha256 = sealed.manifest.files.find((file) => file.path === name)?.sha256 ?? '';
    await chmod(files.path(sha256), 0o644);
    await writeFile(files.path(sha256), content);
  };

  it('is unpacked by tar(1) to a bundle whose every digest holds, the manifest first', async () => {
    const tar = path.join(place.directory, 'bundle.tar');
    const into = path.join(place.directory, 'unpacked');
    await mkdir(into);
    await writeFile(tar, await tarred());
    const listed = await promisify(execFile)('tar', ['--list', '--file', tar, '--quoting-style=literal']);
    expect(listed.stdout.trim().split('\n')).toEqual([
      'manifest.json',
      foreignName,
      longName,
      'capture.ndjson',
      'empty',
    ]);
    await promisify(execFile)('tar', ['--extract', '--file', tar, '--directory', into]);
    expect(await readBundle(into, sealed.digest)).toEqual({ ...sealed, directory: into });
    const { mtimeMs, mode } = await stat(path.join(into, 'capture.ndjson'));
    expect({ mtimeMs, mode: mode & 0o777 }).toEqual({ mtimeMs: 0, mode: 0o444 });
    expect((await readdir(into)).sort()).toEqual(['bodies', 'capture.ndjson', 'empty', 'manifest.json']);
  });

  it('has the same bytes every time', async () => {
    expect((await tarred()).equals(await tarred())).toBe(true);
  });

  it.each([
    ['changed', 'a'.repeat(299_999) + 'b'],
    ['cut', 'a'],
    ['longer', 'a'.repeat(300_001)],
  ])('breaks off where a file was %s in the store, and names it', async (_how, content) => {
    await rot(longName, content);
    await expect(tarred()).rejects.toMatchObject({
      code: 'bundle-broken',
      detail: expect.stringContaining('yyyy') as string,
    });
  });

  it('breaks off where retention removed a file, and where there is no such bundle', async () => {
    const later = { unlessUsedSince: new Date(Date.now() + 1000) };
    await files.remove(createHash('sha256').update('b').digest('hex'), later);
    await expect(tarred()).rejects.toMatchObject({ code: 'artefact-removed' });
    await expect(buffer(bundleTar(files, '0'.repeat(64), signal))).rejects.toMatchObject({ code: 'bundle-missing' });
  });

  it('holds no name that leads out of where it is unpacked', async () => {
    const manifest = { ...sealed.manifest, files: [{ ...sealed.manifest.files[0], path: '../out' }] };
    const content = Readable.from([Buffer.from(JSON.stringify(manifest))]);
    const { sha256 } = await files.add(content, { limitBytes: 10_000, signal });
    await expect(buffer(bundleTar(files, sha256, signal))).rejects.toMatchObject({ code: 'usage' });
  });

  it('ends when it is cancelled or its reader leaves, with no stored file left open', async () => {
    const cancelled = new AbortController();
    const left = bundleTar(files, sealed.digest, cancelled.signal);
    for await (const _chunk of left as AsyncIterable<Buffer>) break;
    expect(left.destroyed).toBe(true);
    const other = bundleTar(files, sealed.digest, cancelled.signal);
    other.once('data', () => cancelled.abort());
    await expect(buffer(other)).rejects.toThrow(/abort/i);
    await expect.poll(openFiles).toEqual([]);
  });

  async function openFiles(): Promise<string[]> {
    const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
    return (await Promise.all(links)).filter((file) => file.startsWith(place.directory));
  }
});
