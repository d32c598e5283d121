import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import { listArtefacts, recordArtefacts } from '../../orchestrator/store/artefacts.ts';
import { appendAudit, listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { backupEmbedded, checkStore, restoreEmbedded } from '../../orchestrator/store/backup.ts';
import { openDatabase, type Database } from '../../orchestrator/store/database.ts';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { openLedger, type LedgerLike } from '../../orchestrator/store/ledger.ts';
import { addReport, listReports } from '../../orchestrator/store/reports.ts';
import { createSubmission, getSubmission } from '../../orchestrator/store/submissions.ts';
import { postgresBin, scratch, startPostgres } from './places.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;

/** A service in use: submissions with files and reports, acts on record. */
async function use(ledger: LedgerLike, files: DiskFiles, from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = from; number < to; number += 1) {
    const apk = await files.add(Readable.from([Buffer.from(`apk ${number}`)]), { limitBytes: 100, signal });
    const json = await files.add(Readable.from([Buffer.from(`{"report":${number}}`)]), { limitBytes: 100, signal });
    const { submission } = await createSubmission(ledger, {
      files: [{ sha256: apk.sha256, sizeBytes: apk.sizeBytes, fileName: `${number}.apk` }],
      options: SubmissionOptions.parse({ note: `number ${number}` }),
    });
    const uses = { submission: submission.id, run: null };
    await recordArtefacts(ledger, [
      { ...uses, sha256: apk.sha256, sizeBytes: apk.sizeBytes, class: 'sample', name: `${number}.apk` },
      { ...uses, sha256: json.sha256, sizeBytes: json.sizeBytes, class: 'report', name: 'report.json' },
    ]);
    await addReport(ledger, {
      submission: submission.id,
      run: null,
      bundle: null,
      profileDigest: null,
      verdict: 'consistent',
      sentence: `Report ${number}.`,
      reportJson: 'x',
      reportHtml: 'x',
      jsonSha256: json.sha256,
      engineVersion: '1',
      hosts: ['a.example'],
    });
    await appendAudit(ledger, { who: 'usr-1', act: 'submitted', subject: submission.id });
    ids.push(submission.id);
  }
  return ids;
}

/** Everything of these submissions that a person would miss. */
async function remembered(ledger: LedgerLike, ids: readonly string[]): Promise<unknown> {
  const each = await Promise.all(
    ids.map(async (id) => [
      await getSubmission(ledger, id),
      await listReports(ledger, id),
      await listArtefacts(ledger, id),
    ]),
  );
  return { each, audit: await listAudit(ledger) };
}

describe('a backup of the embedded ledger and the files', { timeout: 180_000 }, () => {
  it('is made while the service works, and restores to the same reports with the audit chain whole', async () => {
    await using place = await scratch();
    const at = (name: string): string => path.join(place.directory, name);
    const files = await openDiskFiles(at('files'));
    let before: unknown;
    let ids: string[];
    {
      await using database = await openDatabase({ directory: at('ledger'), signal });
      await using ledger = await openLedger({ database, signal });
      ids = await use(ledger, files, 0, 5);
      before = await remembered(ledger, ids);
      // What is submitted meanwhile waits for its turn, and is in the backup whole or not at all.
      const [sizeBytes] = await Promise.all([
        backupEmbedded(database, at('backup/ledger.tar.gz')),
        use(ledger, files, 5, 8),
      ]);
      expect(sizeBytes).toBeGreaterThan(100_000);
      await use(ledger, files, 8, 9);
      await expect(backupEmbedded(database, at('backup/ledger.tar.gz'))).rejects.toMatchObject({ code: 'usage' });
    }
    await cp(at('files'), at('backup/files'), { recursive: true });
    await rm(at('ledger'), { recursive: true });
    await rm(at('files'), { recursive: true });

    await restoreEmbedded(at('backup/ledger.tar.gz'), at('again/ledger'));
    await cp(at('backup/files'), at('again/files'), { recursive: true });
    await using database = await openDatabase({ directory: at('again/ledger'), signal });
    await using ledger = await openLedger({ database, signal });
    const { entries } = await verifyAudit(ledger, { signal });
    expect(entries).toBeGreaterThanOrEqual(5);
    const after = (await remembered(ledger, ids)) as { audit: { items: { seq: number }[] } };
    after.audit.items = after.audit.items.filter(({ seq }) => seq <= 5);
    expect(after).toEqual(before);
    const restored = await openDiskFiles(at('again/files'));
    const check = await checkStore(ledger, restored, { signal });
    expect(check).toMatchObject({ missing: [], broken: [] });
    expect(check.checked).toBeGreaterThanOrEqual(10);
    expect((await use(ledger, restored, 20, 21)).length).toBe(1);
    await expect(restoreEmbedded(at('backup/ledger.tar.gz'), at('again/ledger'))).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('is refused where the file is none', async () => {
    await using place = await scratch();
    const file = path.join(place.directory, 'not-a-backup');
    const ledger = path.join(place.directory, 'ledger');
    for (const content of ['nothing of the kind', gzipSync('no tar of a ledger')]) {
      await writeFile(file, content);
      await expect(restoreEmbedded(file, ledger)).rejects.toMatchObject({ code: 'ledger-failed' });
      expect(await readdir(ledger)).toEqual([]);
    }
  });

  it('names each file that is lost or damaged', async () => {
    await using place = await scratch();
    const files = await openDiskFiles(path.join(place.directory, 'files'));
    await using database = await openDatabase({ directory: path.join(place.directory, 'ledger'), signal });
    await using ledger = await openLedger({ database, signal });
    const [id = ''] = await use(ledger, files, 0, 1);
    const [sample, report] = (await listArtefacts(ledger, id)).map(({ sha256 }) => sha256);
    await rm(files.path(sample ?? ''));
    await chmod(files.path(report ?? ''), 0o644);
    await writeFile(files.path(report ?? ''), '{"report":1}');
    expect(await checkStore(ledger, files, { signal })).toEqual({ checked: 2, missing: [sample], broken: [report] });
  });
});

const hasDump = postgresBin !== undefined && existsSync(path.join(postgresBin, 'pg_dump'));

describe.skipIf(!hasDump)(`a backup of PostgreSQL${hasDump ? '' : ' (pg_dump is not installed)'}`, () => {
  it('by pg_dump restores to the same reports with the audit chain whole, without the queue', async () => {
    await using place = await scratch();
    await using server = await startPostgres();
    const files = await openDiskFiles(path.join(place.directory, 'files'));
    const dump = path.join(place.directory, 'ledger.dump');
    const program = (name: string): string => path.join(postgresBin ?? '', name);
    const open = async (url: string): Promise<Database> => openDatabase({ url, signal });
    const other = server.url.replace('/postgres?', '/restored?');
    let before: unknown;
    let ids: string[];
    {
      await using database = await open(server.url);
      await using ledger = await openLedger({ database, signal });
      ids = await use(ledger, files, 0, 5);
      before = await remembered(ledger, ids);
      await database.pool.query('create schema bullmq; create table bullmq.jobs (id text)');
      await run(program('pg_dump'), ['--format=custom', '--schema=sleeptalk', `--file=${dump}`, server.url]);
      await expect(backupEmbedded(database, path.join(place.directory, 'x'))).rejects.toMatchObject({ code: 'usage' });
      await database.pool.query('create database restored');
    }
    await run(program('pg_restore'), ['--exit-on-error', '--no-owner', `--dbname=${other}`, dump]);
    await using database = await open(other);
    await using ledger = await openLedger({ database, signal });
    expect(await remembered(ledger, ids)).toEqual(before);
    expect(await verifyAudit(ledger, { signal })).toMatchObject({ entries: 5 });
    expect(await checkStore(ledger, files, { signal })).toEqual({ checked: 10, missing: [], broken: [] });
    expect((await readdir(place.directory)).sort()).toEqual(['files', 'ledger.dump']);
  });
});
