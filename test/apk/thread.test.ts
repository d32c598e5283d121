import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { readApkInThread, unpackInThread } from '../../workers/apk/read-in-thread.ts';
import { encryptedZip } from '../support/apk/encrypt-zip.ts';
import { writeApk } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { factsOf, signal } from './reading.ts';

const APP = { packageName: 'org.example.thread', label: 'Thread' };
let directory: string;
let path: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sleeptalk-apk-'));
  path = join(directory, '0.apk');
  await writeFile(path, writeApk(APP));
});

afterAll(async () => rm(directory, { recursive: true }));

async function faultFrom(work: Promise<unknown>): Promise<Fault> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

describe('a container in a thread', () => {
  it('gives its APKs in memory, an APK null, and what cannot be opened its Fault', async () => {
    const set = join(directory, 'set.apkm');
    const locked = join(directory, 'locked.zip');
    const apk = writeApk(APP);
    await writeFile(
      set,
      writeZip([
        { path: 'info.json', bytes: Buffer.from('{}') },
        { path: 'base.apk', bytes: apk },
      ]),
    );
    await writeFile(locked, encryptedZip([{ path: 'a.apk', bytes: apk }], 'guess', 'aes-256'));
    const [whole, container, fault] = await unpackInThread([path, set, locked], { signal });
    expect(whole).toBeNull();
    if (container === null || container === undefined || container instanceof Fault) throw new Error('No container.');
    expect(container.files.map(({ fileName }) => fileName)).toEqual(['set.apkm!base.apk']);
    expect(Buffer.from(container.files[0]?.bytes ?? []).equals(apk)).toBe(true);
    expect(fault).toMatchObject({ code: 'container-locked' });
    expect((await readApkInThread([set], { signal })).packageName).toBe(APP.packageName);
  });
});

describe('reading in a thread', () => {
  it('gives the same facts as reading in place', async () => {
    expect(await readApkInThread([path], { signal })).toEqual(await factsOf(APP));
  });

  it('keeps the name under which a file was submitted', async () => {
    const facts = await readApkInThread([{ path, fileName: 'my app.apk' }], { signal });
    expect(facts.files[0]?.fileName).toBe('my app.apk');
  });

  it('brings a Fault across', async () => {
    const text = join(directory, 'text.apk');
    await writeFile(text, 'text');
    expect((await faultFrom(readApkInThread([text], { signal }))).toJSON()).toEqual({
      code: 'apk-not-zip',
      detail: 'The file begins with "text".',
    });
  });

  it('refuses files that are missing, are no files, or are too large', async () => {
    expect((await faultFrom(readApkInThread([join(directory, 'none')], { signal }))).code).toBe('file-unreadable');
    expect((await faultFrom(readApkInThread([directory], { signal }))).code).toBe('file-unreadable');
    const large = await faultFrom(readApkInThread([path], { signal, mostBytes: 100 }));
    expect(large.code).toBe('apk-too-large');
  });

  it('is quick the second time: the thread is kept while it answers', async () => {
    await readApkInThread([path], { signal });
    const startedMs = performance.now();
    for (let time = 0; time < 20; time += 1) await readApkInThread([path], { signal });
    const again = performance.now() - startedMs;
    const fresh = performance.now();
    await readApkInThread([path], { signal, mostHeapMegabytes: 301 });
    expect(again / 20).toBeLessThan(performance.now() - fresh);
  });

  it('reads on after a file that ended its thread', async () => {
    expect((await faultFrom(readApkInThread([path], { signal, mostHeapMegabytes: 4 }))).code).toBe('apk-too-large');
    expect((await readApkInThread([path], { signal })).packageName).toBe(APP.packageName);
  });

  it('ends at its deadline', async () => {
    // A limit of its own has a thread of its own, which takes far longer than that to start.
    const fault = await faultFrom(readApkInThread([path], { signal, deadlineMs: 1, mostHeapMegabytes: 300 }));
    expect(fault.toJSON()).toEqual({ code: 'deadline-passed', detail: 'Reading 0.apk took over 1 ms.' });
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const reading = readApkInThread([path], { signal: controller.signal });
    controller.abort(new Fault('cancelled', 'The person went home.'));
    expect((await faultFrom(reading)).detail).toBe('The person went home.');
    expect((await faultFrom(readApkInThread([path], { signal: controller.signal }))).code).toBe('cancelled');
  });

  it('ends where the reader needs more memory than allowed, and this process goes on', async () => {
    const fault = await faultFrom(readApkInThread([path], { signal, mostHeapMegabytes: 4 }));
    expect(fault.toJSON()).toEqual({ code: 'apk-too-large', detail: 'Reading 0.apk took over 4 MiB of memory.' });
  });
});
