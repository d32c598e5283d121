import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../orchestrator/contract/report.ts';
import { reportPdf } from '../../orchestrator/export/pdf.ts';
import { winAnsi } from '../../orchestrator/export/pdf/win-ansi.ts';
import { scratch } from '../store/places.ts';
import { torchReport } from '../support/report.ts';

const run = promisify(execFile);
const sha256 = 'd'.repeat(64);
const hasPoppler = existsSync('/usr/bin/pdftotext');

/** What a reader selects with the mouse. */
async function textOf(report: Report): Promise<{ text: string; info: string }> {
  await using place = await scratch();
  const file = path.join(place.directory, 'report.pdf');
  await writeFile(file, await reportPdf(report, { sha256 }));
  const [text, info] = await Promise.all([run('pdftotext', ['-layout', file, '-']), run('pdfinfo', [file])]);
  return { text: text.stdout, info: info.stdout };
}

const words = (text: string): string => text.replace(/\s+/g, ' ');

describe('text of a PDF', () => {
  it.each([
    ['Größe – 5 € “quoted”…', 'Größe – 5 € “quoted”…'],
    ['中', '\\u4e2d'],
    ['😀', '\\u{1f600}'],
    ['\u202egpj.exe', '\\u202egpj.exe'],
    ['a\u0000b\u001b[31mc\nd', 'a\\u0000b\\u001b[31mc\\u000ad'],
    ['soft\u00adhyphen', 'soft\\u00adhyphen'],
    ['5 ≥ 3 → ✓', '5 >= 3 -> +'],
    ['\ud800 alone', '\\ud800 alone'],
  ])('shows %j as %j', (text, shown) => {
    expect(winAnsi(text)).toBe(shown);
  });

  it('is cut where it is far too long', () => {
    expect(winAnsi('x'.repeat(10_000))).toHaveLength(4001);
  });
});

describe('a report as PDF', () => {
  it('has the same bytes every time, and is dated by the run', async () => {
    const [once, again] = await Promise.all([0, 1].map(() => reportPdf(torchReport(), { sha256 })));
    expect(once?.equals(again ?? Buffer.alloc(0))).toBe(true);
    expect(once?.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('of a run whose start nobody knows is dated 1970, and one without a stored file names its run', async () => {
    const report = torchReport();
    const undated = { ...report, provenance: { ...report.provenance, startedAt: null } };
    const pdf = (await reportPdf(undated, { sha256: null })).toString('latin1');
    expect(pdf).toContain('(D:19700101000000Z)');
  });

  describe.skipIf(!hasPoppler)(`read by pdftotext${hasPoppler ? '' : ' (poppler-utils is not installed)'}`, () => {
    it('shows every section in order, and the digest and number on each page', async () => {
      const report = torchReport({ notice: 'The handset was simulated: its traffic is scripted.' });
      const { text, info } = await textOf(report);
      const shown = words(text);
      const order = [
        'The handset was simulated',
        report.verdict.toUpperCase(),
        words(report.sentence),
        'Declared function',
        'Channels',
        'Beats by destination',
        'Findings',
        'What could not be seen',
        'Benign explanations tested',
        'Channel by channel',
        'Pushes',
        'What to do',
        'Questions for the developer',
        'Judged by',
        'Provenance',
      ];
      const places = order.map((part, index) =>
        shown.indexOf(part, index === 0 ? 0 : shown.indexOf(order[index - 1] ?? '')),
      );
      expect(places.every((place) => place >= 0)).toBe(true);
      expect([...places].sort((a, b) => a - b)).toEqual(places);
      for (const finding of report.findings) expect(shown).toContain(words(finding.sentence));
      for (const question of report.questions) expect(shown).toContain(words(question));
      const pages = text.split('\f').slice(0, -1);
      expect(info).toMatch(/Page size:\s+595\.28 x 841\.89 pts \(A4\)/);
      pages.forEach((page, index) => {
        expect(page).toContain(sha256);
        expect(words(page)).toContain(`page ${index + 1} of ${pages.length}`);
      });
    });

    it('shows hostile strings inert, whatever their length, and loses no page to them', async () => {
      const report = torchReport();
      const evil = `<script>alert(1)</script>\u202e\u001b[31m中=HYPERLINK()${'W'.repeat(10_000)}`;
      const [channel] = report.channels;
      if (channel === undefined) throw new Error('the report has no channel');
      const host = { host: evil.slice(0, 1024), port: 443 };
      const hostile = torchReport({
        sample: { ...report.sample, label: evil, package: evil },
        channels: [
          {
            ...channel,
            destination: host,
            grouping: { ...channel.grouping, value: `${evil}:443` },
            because: evil,
            ja4: [evil],
          },
        ],
        questions: [evil],
        findings: report.findings.map((one) => ({
          ...one,
          title: evil,
          evidence: [{ file: evil, lines: [1], text: evil }],
        })),
      });
      const { text } = await textOf(hostile);
      expect(text).toContain('<script>alert(1)</script>\\u202e\\u001b[31m\\u4e2d=HYPERLINK()');
      expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e\ufffd]/);
      expect(words(text)).toContain('Provenance');
      expect(text.split('\f').length).toBeLessThan(40);
    });

    it('of a thousand channels with a hundred beats each stays readable, and says what it left out', async () => {
      const report = torchReport();
      const [channel] = report.channels;
      if (channel === undefined) throw new Error('the report has no channel');
      const beats = Array.from({ length: 100 }, (_, index) => ({ ...channel.beats[0]!, atMs: index * 20_000 }));
      const channels = Array.from({ length: 1000 }, (_, index) => ({ ...channel, id: `c${index}`, beats }));
      const { text } = await textOf(torchReport({ channels }));
      expect(words(text)).toContain('850 more channels are in report.json.');
    });

    it('of an app that was silent says so', async () => {
      const { text } = await textOf(torchReport({ channels: [], findings: [], benignExplanations: [], gaps: [] }));
      expect(words(text)).toContain('No traffic was seen.');
      expect(words(text)).toContain('No departure from the declared function was measured.');
      expect(words(text)).toContain('No visibility gap was recorded.');
    });
  });
});
