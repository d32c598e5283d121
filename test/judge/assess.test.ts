import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { Report } from '../../orchestrator/contract/report.ts';
import { assess, type AssessRequest } from '../../workers/assess.ts';
import { torch } from './samples.ts';
import { declares, inputOf, judged, profiles, tunables } from './scenario.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assess-'));
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

let counter = 0;
async function file(content: string | Buffer, ending = '.csv'): Promise<string> {
  counter += 1;
  const path = join(directory, `capture-${counter}${ending}`);
  await writeFile(path, content);
  return path;
}

function request(source: AssessRequest['source'], more: Partial<AssessRequest> = {}): AssessRequest {
  const { run, startedAt, bundleDigest, seed, device, tools } = inputOf([]).provenance;
  const provenance = { run, startedAt, bundleDigest, seed, device, tools };
  const signal = new AbortController().signal;
  return { source, inspection: null, profiles, tunables, provenance, engineVersion: '0.1.0', signal, ...more };
}

const ndjson = (): string =>
  torch()
    .map(({ record }) => JSON.stringify(record))
    .join('\n');

/** Every 300 s for 45 min: 10 rows. */
const beacon = Array.from({ length: 10 }, (_, i) => `${i * 300},cdn.example,412,308`).join('\n');

describe('assessing a bundle', () => {
  it('reads capture.ndjson of the directory and gives the same report as its records do', async () => {
    await writeFile(join(directory, 'capture.ndjson'), ndjson());
    const report = await assess(request({ directory }, { inspection: declares('torch') }));
    const digest = createHash('sha256').update(ndjson()).digest('hex');
    expect(report).toEqual({
      ...judged('torch', torch()),
      provenance: { ...judged('torch', torch()).provenance, captureDigest: digest },
    });
  });

  it('keeps fields, and skips and counts records, that it does not know', async () => {
    const lines = `${ndjson()}\n{"type":"later","x":1}\n\n`;
    const report = await assess(request({ captureFile: await file(lines, '.ndjson') }, { stated: 'torch' }));
    expect(report.provenance.skippedLines).toBe(1);
    expect(report.visibility.sentences).toContain(
      '1 line of the capture is of a kind that is not known here, and left out.',
    );
  });

  it('gives what a killed recorder wrote before the line in which it died', async () => {
    const path = await file(`${ndjson()}\n{"type":"session","startMs":1`, '.ndjson');
    const report = await assess(request({ captureFile: path }, { stated: 'torch' }));
    expect(report.channels).toHaveLength(2);
    expect(report.provenance).toMatchObject({ skippedLines: 0, unreadBytes: 29 });
    expect(report.visibility.sentences).toContain(
      `The capture ends in the middle of line ${torch().length + 1}: 29 bytes of it could not be read.`,
    );
  });

  it.each([
    [
      '{"type":"phase","atMs":0,"phase":"foreground"}\n{"type":"phase","atMs":-1,"phase":"foreground"}',
      /capture-\d+\.ndjson: line 2: expected a phase record: atMs: /,
    ],
    ['{"type":"session"', /line 1: expected a JSON object, found \{"type":"session"/],
    ['{"no":"type"}', /line 1: expected an object with a 'type'/],
    ['{"type":"later"}', /line 1: expected at least one record/],
    [`{"type":"event","x":"${'y'.repeat(1_100_000)}"}`, /line 1: expected a line of at most 1048576 bytes/],
  ])('a fault names file, line and what was expected: %s', async (content, message) => {
    await expect(assess(request({ captureFile: await file(content, '.ndjson') }))).rejects.toThrow(message);
  });

  it('names an unknown function and those that there are', async () => {
    const source = { captureFile: await file(ndjson(), '.ndjson') };
    await expect(assess(request(source, { stated: 'lamp' }))).rejects.toThrow(
      /^function-unknown: 'lamp' is not one of: accessibility-tool, /,
    );
  });

  it('stops when it is told to', async () => {
    const source = { captureFile: await file(ndjson(), '.ndjson') };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(assess(request(source, { signal }))).rejects.toThrow('enough');
  });
});

describe('scoring a log of another maker', () => {
  const HEADER = '#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tproto\torig_bytes\tresp_bytes\tx\n';
  const rows = Array.from(
    { length: 10 },
    (_, i) => `${1_700_000_000 + i * 300}\t10.0.0.5\t203.0.113.9\t443\ttcp\t412\t308\t-\n`,
  ).join('');

  it('judges what could be read, and states in sentences and numbers what could not', async () => {
    const path = await file(`${HEADER}${rows}nonsense\n1700000`);
    const stated = { stated: 'torch', packageName: 'org.example.lamp' };
    const report = await assess(request({ captureFile: path }, { ...stated, assumedPhase: 'background' }));
    expect(Report.parse(report)).toEqual(report);
    expect(report.channels[0]).toMatchObject({
      destination: { host: '203.0.113.9', port: 443 },
      attribution: 'unknown',
    });
    expect(report.channels[0]!.cadence).toMatchObject({ beats: 10, periodMs: 300_000 });
    expect(report.provenance).toMatchObject({ skippedLines: 2, unreadBytes: 9 + 7 });
    expect(report.visibility.sentences).toContain(
      '2 lines of 16 bytes could not be read: line 12 (8 fields as in #fields were expected, found 1), ' +
        'line 13 (8 fields as in #fields were expected, found 1).',
    );
  });

  it('judges the chosen device of several', async () => {
    const path = await file(
      HEADER + rows + rows.replaceAll('10.0.0.5', '10.0.0.6').replaceAll('203.0.113.9', '192.0.2.1'),
    );
    await expect(assess(request({ captureFile: path }))).rejects.toThrow(/^capture-ambiguous: /);
    const report = await assess(request({ captureFile: path }, { host: '10.0.0.6' }));
    expect(report.channels.map(({ destination }) => destination.host)).toEqual(['192.0.2.1']);
  });
});

describe('scoring a plain CSV', () => {
  it('stated to be background, it says so, and is judged by the stated function', async () => {
    const path = await file(`t,destination,up,down\n${beacon}\n`);
    const stated = { stated: 'torch', packageName: 'org.example.lamp' };
    const report = await assess(request({ captureFile: path }, { ...stated, assumedPhase: 'background' }));
    expect(Report.parse(report)).toEqual(report);
    expect(report.sentence).toBe(
      'Sends 412 bytes to cdn.example:443 every 300 s (jitter 0 %) in background; a torch has no use for that, and whether a push preceded it could not be seen.',
    );
    expect(report.verdict).toBe('inconsistent');
    expect(report.sample).toMatchObject({ package: 'org.example.lamp', sha256: 'unknown', files: [] });
    expect(report.visibility.sentences).toContain(
      'The capture names no phases: all of it is taken as background, as stated.',
    );
    // line 2 is the first row
    expect(report.findings[0]!.evidence[0]!.lines).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const visible = await assess(request({ captureFile: path }, { stated: 'torch', assumedPhase: 'foreground' }));
    expect(visible.verdict).toBe('inconclusive');
    const unknown = await assess(request({ captureFile: path }, { stated: 'torch' }));
    expect(Report.parse(unknown)).toEqual(unknown);
    expect(unknown.verdict).toBe('inconclusive');
    expect(unknown.sentence).toBe(
      'The capture names no phases, and cdn.example:443 is licensed only in foreground. State with --phase which it was.',
    );
  });

  it('reads optional columns in any order, quotes, CR LF and a byte-order mark', async () => {
    const rows = [
      '\ufeffport,phase,"t",destination,down,up,end,protocol,uid,note',
      '8443,foreground,0,a.example,5,4,1.5,h2,7,"x, ""y"""',
      ',background,60.25,b.example:80,1,2,,http,7,',
    ];
    const report = await assess(request({ captureFile: await file(rows.join('\r\n')) }));
    expect(report.channels.map(({ destination, protocols }) => [destination, protocols])).toEqual([
      [{ host: 'a.example', port: 8443 }, ['h2']],
      [{ host: 'b.example', port: 80 }, ['http']],
    ]);
    expect(report.channels[1]!.beats[0]!.phase).toBe('background');
    expect(report.phases).toEqual([
      { phase: 'foreground', fromMs: 0, toMs: 60_250 },
      { phase: 'background', fromMs: 60_250, toMs: 60_250 },
    ]);
    expect(report.visibility.sentences).toContain('Columns not understood and ignored: note.');
  });

  it('puts rows in order of time, and counts seconds since 1970 from the first', async () => {
    const rows = beacon
      .split('\n')
      .reverse()
      .map((row) => row.replace(/^\d+/, (t) => String(1_700_000_000 + Number(t))));
    const report = await assess(
      request({ captureFile: await file(['t,destination,up,down', ...rows].join('\n')) }, { stated: 'torch' }),
    );
    expect(report.channels[0]!.cadence.periodMs).toBe(300_000);
    expect(report.channels[0]!.beats[0]!.atMs).toBe(0);
    expect(report.visibility.sentences).toContain(
      'Times are taken as seconds since 1970 and counted from the first row.',
    );
  });

  it.each([
    ['', /line 1: expected a capture, found an empty file/],
    ['time,host\n1,a', /line 1: expected a header with t, destination, up, down/],
    ['t,destination,up,down', /line 2: expected at least one row below the header/],
    ['t,destination,up,down,up\n1,a,1,1,1', /line 1: expected each column once/],
    ['t,destination,up,down\n1,a,1', /line 2: expected 4 fields as in the header, found 3/],
    ['t,destination,up,down\n0,a,1,1\nx,a,1,1', /line 3: expected t: seconds, 0 or more, found 'x'/],
    ['t,destination,up,down\n,a,1,1', /line 2: expected t: seconds, 0 or more, found ''/],
    ['t,destination,up,down\n1,a,1.5,1', /line 2: expected up: whole bytes, found '1.5'/],
    [
      't,destination,up,down,phase\n1,a,1,1,asleep',
      /line 2: expected phase: one of foreground, background, locked, doze, found 'asleep'/,
    ],
    ['t,destination,up,down,end\n5,a,1,1,4', /line 2: expected end: not before t/],
    ['t,destination,up,down\n1,,1,1', /line 2: expected destination: a host name or address, found ''/],
    ['t,destination,up,down\n1,"a,1,1', /line 2: expected a closing quote/],
    [
      Buffer.from('504b030414000000', 'hex'),
      /line 1: expected a capture, found a ZIP archive or APK; read are capture/,
    ],
    ['#separator \\x09\n#fields\tts', /line 1: expected at least one TCP or UDP connection/],
  ])('a fault names file, line and what was expected (%#)', async (content, message) => {
    await expect(assess(request({ captureFile: await file(content) }))).rejects.toThrow(message);
  });

  it('a file that is not there is unreadable', async () => {
    await expect(assess(request({ captureFile: join(directory, 'none.csv') }))).rejects.toThrow(/^file-unreadable: /);
  });

  it('no bytes whatsoever do more than a Fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `t,destination,up,down\n${text}`),
        ),
        async (text) => {
          try {
            await assess(request({ captureFile: await file(text) }));
          } catch (fault) {
            expect(fault).toBeInstanceOf(Fault);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
