import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { scratch } from './places.ts';

const signal = new AbortController().signal;
const limitBytes = 1_000_000;

describe('the store of submitted files', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let files: DiskFiles;

  beforeEach(async () => {
    place = await scratch();
    files = await openDiskFiles(place.directory);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  async function leftovers(): Promise<string[]> {
    return readdir(path.join(place.directory, 'incoming'));
  }

  it('keeps a file under the digest of its content, read-only', async () => {
    const content = randomBytes(300_000);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const stored = await files.add(Readable.from([content.subarray(0, 7), content.subarray(7)]), {
      limitBytes,
      signal,
    });
    expect(stored).toEqual({ sha256, sizeBytes: 300_000, added: true });
    expect(content.equals(await readFile(files.path(stored.sha256)))).toBe(true);
    expect((await stat(files.path(stored.sha256))).mode & 0o222).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it('keeps the same content once, also when ten bring it at the same time', async () => {
    const content = randomBytes(50_000);
    const bring = () => files.add(Readable.from([content]), { limitBytes, signal });
    const all = await Promise.all(Array.from({ length: 10 }, bring));
    expect(new Set(all.map((each) => each.sha256)).size).toBe(1);
    expect((await bring()).added).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  it('refuses more than the limit, and keeps nothing of it', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Promise.resolve(randomBytes(65_536));
    }
    await expect(files.add(endless(), { limitBytes, signal })).rejects.toMatchObject({ code: 'apk-too-large' });
    expect(await readdir(place.directory)).toEqual(['incoming', 'leaving', 'removed']);
    expect(await leftovers()).toEqual([]);
  });

  it('accepts exactly the limit', async () => {
    await expect(files.add(Readable.from([randomBytes(10)]), { limitBytes: 10, signal })).resolves.toMatchObject({
      sizeBytes: 10,
    });
  });

  it('keeps nothing where the sender breaks off or is cancelled', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(10);
      await Promise.reject(new Error('connection reset'));
    }
    await expect(files.add(broken(), { limitBytes, signal })).rejects.toThrow('connection reset');
    const cancelled = new AbortController();
    async function* cancelling(): AsyncGenerator<Uint8Array> {
      yield randomBytes(10);
      cancelled.abort();
      yield randomBytes(10);
      await Promise.resolve();
    }
    await expect(files.add(cancelling(), { limitBytes, signal: cancelled.signal })).rejects.toThrow(/abort/i);
    expect(await leftovers()).toEqual([]);
  });

  it.each(['../../etc/passwd', '', 'A'.repeat(64), 'a'.repeat(63)])('has no path for %j', (name) => {
    expect(() => files.path(name)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });

  it('says whether it has a file', async () => {
    const { sha256 } = await files.add(Readable.from([Buffer.from('hello')]), { limitBytes, signal });
    expect(sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect([await files.has(sha256), await files.has('0'.repeat(64))]).toEqual([true, false]);
  });

  it('removes uploads that broke off more than a day ago', async () => {
    const [old, fresh] = ['old', 'fresh'].map((name) => path.join(place.directory, 'incoming', name));
    for (const file of [old, fresh]) await writeFile(file ?? '', 'half');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(old ?? '', twoDaysAgo, twoDaysAgo);
    await openDiskFiles(place.directory);
    expect(await leftovers()).toEqual(['fresh']);
  });
});
