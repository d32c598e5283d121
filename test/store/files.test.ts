import { createHash, randomBytes } from 'node:crypto';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, readFile, readdir, readlink, rename, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { scratch } from './places.ts';

const signal = new AbortController().signal;
const limitBytes = 1_000_000;

/** Whether this user may mount a small file system in a namespace of its own, where it fills up really. */
const mayMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

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

  it('breaks the reading of a file that changed, and gives out no path to it', async () => {
    const { sha256 } = await files.add(Readable.from([randomBytes(200_000)]), { limitBytes, signal });
    await chmod(files.path(sha256), 0o644);
    await writeFile(files.path(sha256), randomBytes(200_000));
    await expect(buffer(await files.open(sha256, signal))).rejects.toMatchObject({ code: 'artefact-broken' });
    await expect(files.local(sha256, signal)).rejects.toMatchObject({ code: 'artefact-broken' });
    await expect(files.open('0'.repeat(64), signal)).rejects.toMatchObject({ code: 'artefact-missing' });
    await expect(files.local('0'.repeat(64), signal)).rejects.toMatchObject({ code: 'artefact-missing' });
  });

  it('says which file was removed, removes none that was stored since, and takes it again', async () => {
    const content = randomBytes(100);
    const add = () => files.add(Readable.from([content]), { limitBytes, signal });
    const { sha256 } = await add();
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(files.path(sha256), hourAgo, hourAgo);
    const since = { unlessUsedSince: new Date(Date.now() - 60_000) };
    await add();
    expect(await files.remove(sha256, since)).toBe('in-use');
    expect(content.equals(await buffer(await files.open(sha256, signal)))).toBe(true);
    await utimes(files.path(sha256), hourAgo, hourAgo);
    expect(await files.remove(sha256, since)).toBe('removed');
    expect([await files.remove(sha256, since), await files.size(sha256)]).toEqual(['absent', null]);
    await expect(files.open(sha256, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
    expect((await add()).added).toBe(true);
    expect(content.equals(await buffer(await files.open(sha256, signal)))).toBe(true);
  });

  it('loses no file that is stored again while it is being removed, whoever comes first', async () => {
    const content = randomBytes(100);
    const { sha256 } = await files.add(Readable.from([content]), { limitBytes, signal });
    for (let round = 0; round < 50; round += 1) {
      const old = new Date(Date.now() - 3_600_000);
      await utimes(files.path(sha256), old, old);
      await Promise.all([
        files.add(Readable.from([content]), { limitBytes, signal }),
        files.remove(sha256, { unlessUsedSince: new Date(Date.now() - 60_000) }),
      ]);
      expect(await files.has(sha256)).toBe(true);
    }
  });

  it('takes a removal back that a dead process began, and finishes one that it had marked', async () => {
    const [begun = '', marked = ''] = await Promise.all(
      ['begun', 'marked'].map(async (text) => {
        const { sha256 } = await files.add(Readable.from([Buffer.from(text)]), { limitBytes, signal });
        await rename(files.path(sha256), path.join(place.directory, 'leaving', sha256));
        return sha256;
      }),
    );
    await writeFile(path.join(place.directory, 'removed', marked), '');
    const anHourOn = Date.now() + 3_700_000;
    const reopened = await openDiskFiles(place.directory, { now: () => anHourOn });
    expect(await readdir(path.join(place.directory, 'leaving'))).toEqual([]);
    expect(await buffer(await reopened.open(begun, signal))).toEqual(Buffer.from('begun'));
    await expect(reopened.open(marked, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
  });

  it('leaves no handle open of a reading that is given up', async () => {
    const { sha256 } = await files.add(Readable.from([randomBytes(300_000)]), { limitBytes, signal });
    const cancelled = new AbortController();
    const unread = await files.open(sha256, cancelled.signal);
    const begun = await files.open(sha256, signal);
    for await (const _chunk of begun as AsyncIterable<Buffer>) break;
    cancelled.abort();
    await expect(buffer(unread)).rejects.toThrow(/abort/i);
    await expect
      .poll(async () => {
        const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
        return (await Promise.all(links)).filter((file) => file.startsWith(place.directory));
      })
      .toEqual([]);
  });
});

describe.skipIf(!mayMount)(`a full disk${mayMount ? '' : ' (no file system may be mounted here)'}`, () => {
  it('is said to be full, nothing of the upload stays, and there is room again', async () => {
    await using place = await scratch();
    const program = `
      import { readdirSync } from 'node:fs';
      import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
      import { openDiskFiles } from ${JSON.stringify(path.resolve('orchestrator/store/disk-files.ts'))};
      const options = { limitBytes: 1e9, signal: new AbortController().signal };
      const files = await openDiskFiles(${JSON.stringify(place.directory)});
      const code = await files.add(Readable.from([Buffer.alloc(2_000_000)]), options).catch((fault) => fault.code);
      const left = readdirSync(${JSON.stringify(path.join(place.directory, 'incoming'))});
      const { added } = await files.add(Readable.from([Buffer.alloc(100_000)]), options);
      console.log(JSON.stringify({ code, left, added }));`;
    const command = `mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" --import tsx --input-type=module -e "$2"`;
    const args = ['--mount', 'sh', '-c', command, place.directory, process.execPath, program];
    const { stdout } = await promisify(execFile)('unshare', args);
    expect(JSON.parse(stdout)).toEqual({ code: 'disk-full', left: [], added: true });
  });
});
