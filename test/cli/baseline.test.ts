import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Baseline } from '../../orchestrator/contract/baseline.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { beats, exchange, HOUR, MINUTE, session } from '../judge/scenario.ts';
import { openDesk, type Desk } from '../support/command.ts';

const apk = resolve(import.meta.dirname, '../../cli/samples/torch.apk');

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await capture('steady.ndjson', 300);
  await capture('fast.ndjson', 60);
  const scored = await desk.run([
    'score',
    '--capture',
    desk.path('steady.ndjson'),
    '--apk',
    apk,
    '--out',
    desk.path('v7'),
  ]);
  expect(scored).toMatchObject({ status: 10, err: '' });
});
afterAll(() => desk[Symbol.asyncDispose]());

async function capture(name: string, seconds: number): Promise<void> {
  const beacon = beats('cdn.brightlamp.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: seconds * 1000 });
  const records = session(HOUR, [exchange('app-measurement.com', MINUTE), ...beacon]);
  await writeFile(desk.path(name), records.map(({ record }) => `${JSON.stringify(record)}\n`).join(''));
}

const approve = (out: string, more: readonly string[] = []) => {
  return desk.run([
    'approve',
    desk.path('v7'),
    '--by',
    'N. N.',
    '--reason',
    'licence check',
    '--out',
    desk.path(out),
    ...more,
  ]);
};
const score = (name: string, baseline: string, more: readonly string[] = ['--apk', apk]) => {
  return desk.run(['score', '--capture', desk.path(name), '--baseline', desk.path(baseline), ...more]);
};

describe('sleeptalk approve', () => {
  it('writes a baseline that names person, reason, end, version and the report by its digest', async () => {
    const ran = await approve('a.json', ['--until', '2999-12-31']);
    expect(ran).toEqual({
      status: 0,
      out: `${desk.path('a.json')}\n`,
      err: 'note: this approves cdn.brightlamp.example:443, which no profile explains\n',
    });
    const baseline = Baseline.parse(JSON.parse(await readFile(desk.path('a.json'), 'utf8')));
    expect(baseline.approval).toMatchObject({ by: 'N. N.', reason: 'licence check', until: '2999-12-31' });
    expect(baseline.certificates).toHaveLength(1);
    expect(baseline.report.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('lies beside the report unless told otherwise, and never takes the place of an earlier approval', async () => {
    const args = ['approve', desk.path('v7/report.json'), '--by', 'N. N.', '--reason', 'licence check'];
    expect(await desk.run(args)).toMatchObject({ status: 0, out: `${desk.path('v7/baseline.json')}\n` });
    const again = await desk.run(args);
    expect(again).toMatchObject({ status: 2, out: '' });
    expect(again.err).toMatch(
      /^sleeptalk: usage: .*baseline\.json exists: remove that approval first, or choose --out\n$/,
    );
  });

  it.each([
    ['without a name', ['--by', ' '], /expected some words/],
    ['until a day that is none', ['--until', '2027-02-30'], /expected a day as 2027-06-30/],
    ['until a day that is past', ['--until', '2020-01-01'], /--until 2020-01-01 is past/],
  ])('%s is refused', async (_what, more, message) => {
    const ran = await approve('none.json', more);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(message);
  });

  it('of a report without a signer, of no report and of no file says so', async () => {
    await desk.run([
      'score',
      '--capture',
      desk.path('steady.ndjson'),
      '--function',
      'torch',
      '--out',
      desk.path('bare'),
    ]);
    const rest = ['--by', 'N. N.', '--reason', 'x'];
    expect((await desk.run(['approve', desk.path('bare'), ...rest])).err).toMatch(/^sleeptalk: certificate-unknown: /);
    await writeFile(desk.path('other.json'), '{"schema":"other"}');
    expect((await desk.run(['approve', desk.path('other.json'), ...rest])).err).toMatch(
      /^sleeptalk: report-malformed: .*at schema: /,
    );
    await writeFile(desk.path('text.json'), 'Dear reader');
    expect((await desk.run(['approve', desk.path('text.json'), ...rest])).err).toMatch(
      /report-malformed: .*it is not JSON/,
    );
    expect((await desk.run(['approve', desk.path('none'), ...rest])).err).toMatch(
      /file-unreadable: .*there is no such file/,
    );
  });
});

describe('sleeptalk score --baseline', () => {
  it('what was approved is consistent, faster is not, and the same input gives the same report', async () => {
    await approve('b.json');
    const same = await score('steady.ndjson', 'b.json');
    expect(same.status).toBe(0);
    expect(same.out).toContain('Compared with version 12 (1.2.0), approved by N. N. on ');
    const json = ['--apk', apk, '--json'];
    const [one, two] = [await score('fast.ndjson', 'b.json', json), await score('fast.ndjson', 'b.json', json)];
    expect(one.status).toBe(10);
    expect(one.out).toBe(two.out);
    expect((JSON.parse(one.out) as Report).baseline).toMatchObject({
      state: 'matched',
      differences: [{ kind: 'faster-period' }],
    });
  });

  it('without the APK it does not count, and the report says why', async () => {
    await approve('c.json');
    const ran = await score('steady.ndjson', 'c.json', ['--function', 'torch', '--package', 'io.sleeptalk.none']);
    expect(ran.status).toBe(10);
    expect(ran.out).toMatch(/is of the package .*, and this is io\.sleeptalk\.none, so it does not count\./);
  });

  it('a file that is no baseline is named with the place', async () => {
    const ran = await score('steady.ndjson', 'v7/report.json');
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(/^sleeptalk: baseline-malformed: .*report\.json at schema: /);
  });
});

describe('sleeptalk compare', () => {
  it('prints one difference a line and ends with 10, or same with 0', async () => {
    await desk.run(['score', '--capture', desk.path('fast.ndjson'), '--apk', apk, '--out', desk.path('v8')]);
    expect(await desk.run(['compare', desk.path('v7'), desk.path('v7/report.json')])).toEqual({
      status: 0,
      out: 'same\n',
      err: '',
    });
    const differs = await desk.run(['compare', desk.path('v7'), desk.path('v8')]);
    expect(differs).toEqual({
      status: 10,
      out: 'faster-period: In the second run: Period 60 s with cdn.brightlamp.example:443, where the first run kept 300 s: beyond measurement error (p < 0.001).\n',
      err: '',
    });
    const json = await desk.run(['compare', desk.path('v7'), desk.path('v8'), '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      same: false,
      differences: [{ kind: 'faster-period', channel: 'c2' }],
      first: { verdict: 'inconsistent', versionCode: 12 },
    });
  });
});
