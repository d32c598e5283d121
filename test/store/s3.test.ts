import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleTar } from '../../orchestrator/export/bundle-tar.ts';
import { readConfig } from '../../orchestrator/config.ts';
import { archiveBundle, fetchBundle } from '../../orchestrator/store/archive.ts';
import { openBundle } from '../../orchestrator/store/bundles.ts';
import { openFileStore, type FilesConfig, type FileStore } from '../../orchestrator/store/files.ts';
import { openS3Files } from '../../orchestrator/store/s3-files.ts';
import { startS3, type S3Server } from './s3-server.ts';
import { scratch } from './places.ts';

const signal = new AbortController().signal;
const limitBytes = 100_000_000;
const sha256Of = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
const later = (): { unlessUsedSince: Date } => ({ unlessUsedSince: new Date(Date.now() + 60_000) });

describe('a store of files in a bucket', () => {
  let s3: S3Server;
  let place: Awaited<ReturnType<typeof scratch>>;
  let config: FilesConfig;
  let files: FileStore;
  let machine = 0;

  beforeAll(async () => {
    place = await scratch();
    s3 = await startS3(path.join(place.directory, 's3'), 'sleeptalk-files');
    config = readConfig(s3.environment);
  });
  afterAll(async () => {
    await s3[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  /** Another machine: it shares the bucket and nothing else. */
  const elsewhere = (): string => path.join(place.directory, `machine-${(machine += 1)}`);
  let here: string;
  beforeEach(async () => {
    here = elsewhere();
    files = await openFileStore(config, { directory: here, signal });
  });

  const add = (content: Buffer) => files.add(Readable.from([content]), { limitBytes, signal });

  it('keeps a file under its digest, once, for every machine', async () => {
    const content = randomBytes(300_000);
    const sha256 = sha256Of(content);
    expect(await add(content)).toEqual({ sha256, sizeBytes: 300_000, added: true });
    expect((await add(content)).added).toBe(false);
    expect(await readdir(path.join(here, 'incoming'))).toEqual([]);
    const other = await openFileStore(config, { directory: elsewhere(), signal });
    expect([await other.has(sha256), await other.size(sha256)]).toEqual([true, 300_000]);
    expect([await other.has('0'.repeat(64)), await other.size('0'.repeat(64))]).toEqual([false, null]);
    expect(content.equals(await buffer(await other.open(sha256, signal)))).toBe(true);
    expect(content.equals(await readFile(await other.local(sha256, signal)))).toBe(true);
    expect(s3.keys()).toContain(`files/${sha256.slice(0, 2)}/${sha256}`);
  });

  it('takes a file of many parts, with no more than a few of them in memory', async () => {
    const chunk = randomBytes(1024 * 1024);
    const hash = createHash('sha256');
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 40; index += 1) {
        chunk[0] = index;
        hash.update(chunk);
        yield Buffer.from(chunk);
        await Promise.resolve();
      }
    }
    const stored = await files.add(content(), { limitBytes, signal });
    expect(stored).toEqual({ sha256: hash.digest('hex'), sizeBytes: 40 * 1024 * 1024, added: true });
    const found = createHash('sha256');
    for await (const part of await files.open(stored.sha256, signal)) found.update(part as Buffer);
    expect(found.digest('hex')).toBe(stored.sha256);
  });

  it('keeps an empty file', async () => {
    const { sha256 } = await add(Buffer.alloc(0));
    expect(await buffer(await files.open(sha256, signal))).toHaveLength(0);
    expect((await stat(await files.local(sha256, signal))).size).toBe(0);
  });

  it('keeps nothing of what is too large, breaks off or is cancelled', async () => {
    const before = s3.keys();
    await expect(files.add(Readable.from([randomBytes(100)]), { limitBytes: 99, signal })).rejects.toMatchObject({
      code: 'apk-too-large',
    });
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
    expect(s3.keys()).toEqual(before);
    expect(await readdir(path.join(here, 'incoming'))).toEqual([]);
  });

  it('breaks the reading of an object that changed, and gives out no path to it', async () => {
    const content = randomBytes(1000);
    const { sha256 } = await add(content);
    await s3.put(`files/${sha256.slice(0, 2)}/${sha256}`, Buffer.concat([content.subarray(0, 999), Buffer.from('x')]));
    await expect(buffer(await files.open(sha256, signal))).rejects.toMatchObject({ code: 'artefact-broken' });
    await expect(files.local(sha256, signal)).rejects.toMatchObject({ code: 'artefact-broken' });
    expect(await readdir(path.join(here, 'cache'))).toEqual([]);
  });

  it('stores a file anew whose object was cut', async () => {
    const content = randomBytes(1000);
    const { sha256 } = await add(content);
    await s3.put(`files/${sha256.slice(0, 2)}/${sha256}`, content.subarray(0, 10));
    expect((await add(content)).added).toBe(true);
    expect(content.equals(await buffer(await files.open(sha256, signal)))).toBe(true);
  });

  it('fetches a copy once for all who ask at once, and again where the copy was damaged', async () => {
    const content = randomBytes(5000);
    const { sha256 } = await add(content);
    const paths = await Promise.all(Array.from({ length: 5 }, () => files.local(sha256, signal)));
    expect(new Set(paths).size).toBe(1);
    const [copy = ''] = paths;
    const { ino } = await stat(copy);
    await files.local(sha256, signal);
    expect((await stat(copy)).ino).toBe(ino);
    await chmod(copy, 0o644);
    await writeFile(copy, 'damaged');
    expect(content.equals(await readFile(await files.local(sha256, signal)))).toBe(true);
  });

  it('keeps copies within their bound, those in use apart', async () => {
    const directory = elsewhere();
    const small = await openS3Files({ config, bucket: s3.bucket, directory, signal, cacheBytes: 2500 });
    const all = await Promise.all([1, 2, 3].map(async () => (await add(randomBytes(1000))).sha256));
    const [first = '', second = '', third = ''] = all;
    const copies = async (): Promise<string[]> => (await readdir(path.join(directory, 'cache'))).sort();
    for (const sha256 of all) await small.local(sha256, signal);
    expect(await copies()).toEqual([...all].sort());
    const yesterday = new Date(Date.now() - 86_400_000);
    const dayBefore = new Date(Date.now() - 2 * 86_400_000);
    await utimes(path.join(directory, 'cache', first), yesterday, yesterday);
    await utimes(path.join(directory, 'cache', second), dayBefore, dayBefore);
    const { sha256: fourth } = await add(randomBytes(1000));
    await small.local(fourth, signal);
    expect(await copies()).toEqual([first, third, fourth].sort());
  });

  it('removes a file for every machine, leaves a mark, and takes it again', async () => {
    const content = randomBytes(100);
    const { sha256 } = await add(content);
    await files.local(sha256, signal);
    expect(await files.remove(sha256, { unlessUsedSince: new Date(Date.now() - 60_000) })).toBe('in-use');
    expect(await files.has(sha256)).toBe(true);
    expect(await files.remove(sha256, later())).toBe('removed');
    expect(await files.remove(sha256, later())).toBe('absent');
    const other = await openFileStore(config, { directory: elsewhere(), signal });
    await expect(other.open(sha256, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
    await expect(other.local(sha256, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
    await expect(files.local(sha256, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
    await expect(other.open('0'.repeat(64), signal)).rejects.toMatchObject({ code: 'artefact-missing' });
    expect((await add(content)).added).toBe(true);
    expect(content.equals(await buffer(await other.open(sha256, signal)))).toBe(true);
  });

  it('counts storing a file again as a use, which a removal heeds', async () => {
    const content = randomBytes(100);
    const { sha256 } = await add(content);
    const stored = new Date(Date.now() + 1000); // S3 counts in seconds
    await expect.poll(() => Date.now(), { timeout: 5000 }).toBeGreaterThan(stored.getTime() + 1000);
    await add(content);
    expect(await files.remove(sha256, { unlessUsedSince: stored })).toBe('in-use');
    expect(await files.remove(sha256, later())).toBe('removed');
    expect(s3.keys().filter((key) => key.includes(sha256))).toEqual([`removed/${sha256}`]);
  });

  it('is stored again by whoever comes while it is being removed', async () => {
    const content = randomBytes(100);
    const { sha256 } = await add(content);
    await s3.put(`leaving/${sha256}`, Buffer.from('a removal that is under way'));
    const again = add(content);
    await expect.poll(() => s3.keys()).toContain(`used/${sha256}`);
    s3.drop(`files/${sha256.slice(0, 2)}/${sha256}`);
    s3.drop(`leaving/${sha256}`);
    expect((await again).added).toBe(true);
    expect(content.equals(await buffer(await files.open(sha256, signal)))).toBe(true);
  });

  it('is never lost to those who store it while it is removed', async () => {
    const contents = Array.from({ length: 24 }, () => randomBytes(100));
    for (const content of contents) await add(content);
    const unlessUsedSince = new Date(Date.now() + 1000); // S3 counts in seconds
    await expect.poll(() => Date.now(), { timeout: 5000 }).toBeGreaterThan(unlessUsedSince.getTime() + 1000);
    const other = await openFileStore(config, { directory: elsewhere(), signal });
    const ends = await Promise.all(
      contents.map(async (content, index) => {
        const removal = other.remove(sha256Of(content), { unlessUsedSince });
        for (let turns = 0; turns < index * 4; turns += 1) await new Promise(setImmediate);
        const [, end] = await Promise.all([add(content), removal]);
        return end;
      }),
    );
    expect(ends).toContain('removed');
    for (const content of contents) {
      expect(content.equals(await buffer(await files.open(sha256Of(content), signal)))).toBe(true);
    }
    expect(s3.keys().filter((key) => key.startsWith('leaving/'))).toEqual([]);
  });

  it('holds bundles that any machine fetches by digest, and gives them out as tar', async () => {
    await using bundle = await openBundle({ root: path.join(here, 'evidence'), run: 'run-1' });
    await writeFile(bundle.path('capture.ndjson'), '{"type":"end","atMs":1}\n');
    const sealed = await bundle.seal({ sample: [], package: 'p', seed: 1, device: {}, tools: {}, custody: [] });
    await archiveBundle(files, sealed, signal);
    const there = elsewhere();
    const other = await openFileStore(config, { directory: there, signal });
    const fetched = await fetchBundle(other, sealed.digest, path.join(there, 'evidence/run-1'), signal);
    expect(fetched.manifest).toEqual(sealed.manifest);
    expect((await buffer(bundleTar(other, sealed.digest, signal))).length).toBeGreaterThan(1024);
  });

  it.each(['../../etc/passwd', '', 'A'.repeat(64)])('has no key for %j', async (name) => {
    await expect(files.has(name)).rejects.toMatchObject({ code: 'usage' });
    await expect(files.open(name, signal)).rejects.toMatchObject({ code: 'usage' });
    await expect(files.local(name, signal)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not opened where the bucket is missing or a key is half given', async () => {
    const wrong = readConfig({ ...s3.environment, SLEEPTALK_S3_BUCKET: 'no-such-bucket' });
    await expect(openFileStore(wrong, { directory: here, signal })).rejects.toMatchObject({ code: 'store-failed' });
    const half = readConfig({ ...s3.environment, SLEEPTALK_S3_SECRET_KEY: '' });
    await expect(openFileStore(half, { directory: here, signal })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('says that the store failed where it answers with errors, breaks off or is gone', async () => {
    const { sha256 } = await add(randomBytes(200_000));
    let answer = '';
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(answer));
    });
    const at = await listen(proxy);
    const ailing = readConfig({ ...s3.environment, SLEEPTALK_S3_ENDPOINT: at });
    answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    const store = await openFileStore(ailing, { directory: elsewhere(), signal });
    answer = 'HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    await expect(store.open(sha256, signal)).rejects.toMatchObject({ code: 'store-failed' });
    answer = 'HTTP/1.1 200 OK\r\ncontent-length: 200000\r\nconnection: close\r\n\r\nhalf';
    await expect(buffer(await store.open(sha256, signal))).rejects.toMatchObject({ code: 'store-failed' });
    proxy.close();
    await once(proxy, 'close');
    await expect(store.has(sha256)).rejects.toMatchObject({ code: 'store-failed' });
    await expect(store.add(Readable.from([Buffer.from('x')]), { limitBytes, signal })).rejects.toMatchObject({
      code: 'store-failed',
    });
  });
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
