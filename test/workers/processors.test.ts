import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { listArtefacts } from '../../orchestrator/store/artefacts.ts';
import { eventsAfter } from '../../orchestrator/store/events.ts';
import { listReports } from '../../orchestrator/store/reports.ts';
import { listRuns } from '../../orchestrator/store/runs.ts';
import { getSubmission } from '../../orchestrator/store/submissions.ts';
import { encodePng } from '../../workers/drive/png.ts';
import type { examine, ExamineOrder } from '../../workers/examine.ts';
import { runWorker } from '../../workers/main.ts';
import { createProcessors } from '../../workers/processors.ts';
import { writeApk } from '../support/apk/write.ts';
import { encryptedZip } from '../support/apk/encrypt-zip.ts';
import { writeZip } from '../support/apk/zip.ts';
import { recordedExamine } from '../../bench/service/recorded-examine.ts';
import { openWorkerDesk, silent, type WorkerDesk } from './desk.ts';

let desk: WorkerDesk;
let stop: AbortController;
let running: Promise<void>;
/** What the device session of the next submission does before it is recorded. */
let before: ((order: ExamineOrder) => Promise<void>) | null = null;
let sessions = 0;

const examined: typeof examine = async (order) => {
  sessions += 1;
  await before?.(order);
  return recordedExamine(order);
};

beforeAll(async () => {
  desk = await openWorkerDesk(examined);
  await mkdir(desk.evidence, { recursive: true });
  stop = new AbortController();
  await new Promise<void>((resolve, reject) => {
    running = runWorker(
      {
        name: 'w',
        places: [{ class: 'simulated', kind: 'simulated', target: 'simulated' }],
        ledger: desk.ledger,
        queue: desk.queue,
        bench: desk.bench,
        log: silent,
        onReady: resolve,
      },
      stop.signal,
    );
    running.catch(reject);
  });
});

afterAll(async () => {
  stop.abort();
  await running;
  await desk[Symbol.asyncDispose]();
});

const signal = (): AbortSignal => AbortSignal.timeout(40_000);
const apk = (packageName: string): Buffer => writeApk({ packageName });

async function events(id: string): Promise<SubmissionEvent[]> {
  return (await eventsAfter(desk.ledger, id, null, 1000)).map(({ event }) => event);
}

describe('a submission of the service', () => {
  it('leaves its evidence and report in the store of files, by digest, and nothing on this machine', async () => {
    const id = await desk.submit({ 'torch.apk': apk('org.example.stored') });
    const result = await desk.queue.waitFor(id, signal());
    expect(result).toMatchObject({ verdict: 'inconclusive', reportJson: expect.stringMatching(/^sha256:/) as string });
    const [run] = await listRuns(desk.ledger, id);
    const [report] = await listReports(desk.ledger, id);
    expect(report).toMatchObject({ run: run?.id, bundle: run?.bundle, engineVersion: '0.0.0-test' });
    const artefacts = await listArtefacts(desk.ledger, id);
    const named = Object.fromEntries(artefacts.map((one) => [`${one.class} ${one.name}`, one.sha256]));
    expect(named).toMatchObject({
      'evidence manifest.json': run?.bundle,
      'report report.json': report?.jsonSha256,
      'evidence capture.ndjson': expect.any(String) as string,
    });
    for (const { sha256, sizeBytes } of artefacts) expect(await desk.files.size(sha256)).toBe(sizeBytes);
    expect(await readdir(desk.evidence)).toEqual([]);
  });

  it('is told of live: states, sessions as they come, screens, and the report', async () => {
    before = async (order) => {
      order.progress({ stage: 'examine', step: 'foreground', phase: 'foreground', done: 0.1, secondsLeft: 9 });
      const png = encodePng({ width: 2, height: 2, rgb: new Uint8Array(12).fill(7) });
      await mkdir(join(order.directory, 'screens'));
      await writeFile(join(order.directory, 'screens/001.png'), png);
      await order.onScreen?.({ name: 'screens/001.png', png, atMs: 5, phase: 'foreground' });
    };
    const id = await desk.submit({ 'live.apk': apk('org.example.live') });
    await desk.queue.waitFor(id, signal());
    before = null;
    const told = await events(id);
    expect(
      told.map((event) => (event.type === 'state' ? event.state : event.type)).filter((word) => word !== 'progress'),
    ).toEqual(['queued', 'inspecting', 'examining', 'screen', 'sessions', 'assessing', 'report', 'done']);
    const screen = told.find((event) => event.type === 'screen');
    const artefacts = await listArtefacts(desk.ledger, id);
    expect(
      artefacts
        .filter(({ sha256 }) => sha256 === screen?.sha256)
        .map((one) => `${one.class} ${one.name}`)
        .sort(),
    ).toEqual(['evidence screens/001.png', 'screen screens/001.png']);
    const seen = told.flatMap((event) => (event.type === 'sessions' ? event.sessions : []));
    expect(seen).toHaveLength(11);
    expect(seen[0]).toMatchObject({ destination: { host: 'cdn.brightlamp.example', port: 443 }, phase: 'background' });
  });

  it.each([
    [
      '.apks with a base',
      'boxed.apks',
      () => writeZip([{ path: 'splits/base-master.apk', bytes: apk('org.example.boxed') }]),
      'org.example.boxed',
    ],
    [
      'a zip with the password infected',
      'sample.zip',
      () => encryptedZip([{ path: 'sample.apk', bytes: apk('org.example.locked') }], 'infected', 'aes-256'),
      'org.example.locked',
    ],
  ])('may be a container: %s', async (_what, name, bytes, packageName) => {
    let paths: readonly unknown[] = [];
    before = async (order) => {
      paths = order.paths;
    };
    const id = await desk.submit({ [name]: bytes() });
    await desk.queue.waitFor(id, signal());
    before = null;
    expect(paths).toMatchObject([{ fileName: expect.stringMatching(/\.apk$/) as string }]);
    const { rows } = {
      rows: await desk.ledger.db.selectFrom('submissions').select('package_name').where('id', '=', id).execute(),
    };
    expect(rows).toEqual([{ package_name: packageName }]);
  });

  it.each([
    [
      'an archive without an APK',
      'photos.zip',
      () => writeZip([{ path: 'a.txt', bytes: Buffer.from('a') }]),
      /^(container-empty|apk-no-manifest)$/,
    ],
    [
      'a zip with another password',
      'locked.zip',
      () => encryptedZip([{ path: 'sample.apk', bytes: apk('org.example.kept') }], 'not known', 'aes-256'),
      /^container-locked$/,
    ],
    [
      'two apps in one submission',
      'two.apks',
      () =>
        writeZip([
          { path: 'a.apk', bytes: apk('org.example.a') },
          { path: 'b.apk', bytes: apk('org.example.b') },
        ]),
      /^(apk-splits-mismatch|container-ambiguous|apk-malformed)$/,
    ],
    ['text', 'text.apk', () => Buffer.from('not an APK'), /^apk-not-zip$/],
  ])('ends in its fault where it is %s', async (_what, name, bytes, code) => {
    const id = await desk.submit({ [name]: bytes() });
    await expect(desk.queue.waitFor(id, signal())).rejects.toMatchObject({
      code: expect.stringMatching(code) as string,
    });
    await expect.poll(async () => (await getSubmission(desk.ledger, id)).state).toBe('failed');
    expect((await getSubmission(desk.ledger, id)).fault?.code).toMatch(code);
    expect((await events(id)).at(-1)).toMatchObject({ type: 'state', state: 'failed' });
  });
});

describe('assessing again', () => {
  it('fetches the evidence by its digest, and adds a report only where something changed', async () => {
    const id = await desk.submit({ 'again.apk': apk('org.example.again') });
    await desk.queue.waitFor(id, signal());
    await rm(desk.evidence, { recursive: true, force: true });
    const submission = await getSubmission(desk.ledger, id);
    await desk.queue.reassess(submission, 1);
    await desk.queue.waitFor(`${id}-again-1`, signal());
    expect(await listReports(desk.ledger, id)).toHaveLength(1);
    const warn = (): void => undefined;
    const newer = { ...desk.bench, engineVersion: '0.0.1-test', ledger: desk.ledger, deviceFor: () => 'none', warn };
    const context = { signal: signal(), token: 1_000_000, progress: () => undefined };
    await createProcessors(newer).assess({ submission: id, again: 2 }, context);
    const reports = await listReports(desk.ledger, id);
    expect(reports.map(({ engineVersion }) => engineVersion)).toEqual(['0.0.1-test', '0.0.0-test']);
    expect((await getSubmission(desk.ledger, id)).state).toBe('done');
  });

  it('says what is wrong where a stored piece of evidence was changed', async () => {
    const id = await desk.submit({ 'broken.apk': apk('org.example.broken') });
    await desk.queue.waitFor(id, signal());
    const capture = (await listArtefacts(desk.ledger, id)).find(({ name }) => name === 'capture.ndjson');
    const path = await desk.files.local(capture?.sha256 ?? '', signal());
    await rm(path);
    await writeFile(path, 'changed');
    await desk.queue.reassess(await getSubmission(desk.ledger, id), 1);
    await expect(desk.queue.waitFor(`${id}-again-1`, signal())).rejects.toMatchObject({ code: 'bundle-broken' });
    // What was found before stays found.
    await expect.poll(async () => (await getSubmission(desk.ledger, id)).state).toBe('done');
  });
});

describe('a stage that comes twice', () => {
  it('does not run an app again whose evidence was sealed', async () => {
    const id = await desk.submit({ 'twice.apk': apk('org.example.twice') });
    await desk.queue.waitFor(id, signal());
    const ran = sessions;
    const warn = (): void => undefined;
    const processors = createProcessors({ ...desk.bench, ledger: desk.ledger, deviceFor: () => 'simulated', warn });
    const [run] = await listRuns(desk.ledger, id);
    const result = await processors.examine(
      { submission: id },
      { signal: signal(), token: 1_000_000, progress: () => undefined },
    );
    expect(result).toMatchObject({ run: run?.id, bundle: run?.bundle });
    expect(sessions).toBe(ran);
    expect((await getSubmission(desk.ledger, id)).state).toBe('done');
    expect(await listRuns(desk.ledger, id)).toHaveLength(1);
  });

  it('leaves a submission alone that another worker has brought further, and ends none that was cancelled', async () => {
    const warn = (): void => undefined;
    const processors = createProcessors({ ...desk.bench, ledger: desk.ledger, deviceFor: () => 'simulated', warn });
    const context = { signal: signal(), token: 1_000_001, progress: () => undefined };
    const id = await desk.submit({ 'late.apk': apk('org.example.late') });
    await desk.queue.waitFor(id, signal());
    const { inspection } = await processors.inspect({ submission: id, files: ['a'.repeat(64)] }, context);
    expect(inspection.facts.packageName).toBe('org.example.late');
    expect((await getSubmission(desk.ledger, id)).state).toBe('done');
    const other = await desk.submit({ 'gone.apk': apk('org.example.gone') });
    await desk.queue.waitFor(other, signal());
    await desk.ledger.db.updateTable('submissions').set({ state: 'cancelled' }).where('id', '=', other).execute();
    await expect(processors.inspect({ submission: other, files: ['a'.repeat(64)] }, context)).rejects.toMatchObject({
      code: 'state-conflict',
    });
  });
});
