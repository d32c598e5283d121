import { describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { torchReport } from '../support/report.ts';

const hostile = '"><script>alert(1)</script>\u202e';

function compared(over: Partial<NonNullable<Report['baseline']>> = {}): Report {
  return torchReport({
    baseline: {
      state: 'matched',
      approvedBy: 'N. N.',
      approvedAt: '2026-11-22T12:00:00.000Z',
      until: null,
      reason: 'licence check',
      versionCode: 6,
      reportDigest: 'cd'.repeat(32),
      sentence: 'Compared with version 6 (1.6), approved by N. N. on 2026-11-22: “licence check”.',
      differences: [
        { kind: 'faster-period', channel: 'c1', decides: true, sentence: 'Period 60 s, where version 6 kept 300 s.' },
        { kind: 'new-channel', channel: 'c2', decides: false, sentence: 'One session with b.example:443.' },
      ],
      approvedChannels: [],
      notCompared: ['The approved version was never watched in Doze.'],
      ...over,
    },
  });
}

const section = (report: Report): string => {
  return /<section aria-labelledby="baseline">[\s\S]*?<\/section>/.exec(reportPage(report))?.[0] ?? '';
};

describe('the section "Compared with the approved version"', () => {
  it('is not there where no baseline was given', () => {
    expect(section(torchReport())).toBe('');
  });

  it('names who approved, each difference with a link to its channel, what decides, and what was not compared', () => {
    const text = section(compared());
    expect(Report.parse(compared())).toEqual(compared());
    for (const words of [
      ...['Compared with the approved version', 'The baseline counts', 'approved by N. N. on 2026-11-22'],
      ...[
        '<a href="#channel-c1">faster period</a>',
        'Period 60 s, where version 6 kept 300 s.',
        'decides',
        'is told only',
      ],
      ...['Not compared:', 'The approved version was never watched in Doze.', 'cdcdcd'],
    ]) {
      expect(text).toContain(words);
    }
  });

  it('says that nothing departs, and what the approval explains', () => {
    const approved = [{ channel: 'c1', sentence: 'Approved by N. N.: every 300 s.' }];
    const text = section(compared({ differences: [], approvedChannels: approved }));
    expect(text).toContain('Nothing departs from what was approved.');
    expect(text).toContain('<a href="#channel-c1">c1</a>: Approved by N. N.: every 300 s.');
  });

  it.each(['expired', 'other-certificate', 'certificate-unknown', 'other-package'] as const)(
    '%s is said, and nothing else',
    (state) => {
      const text = section(compared({ state, differences: [], sentence: 'So it does not count.' }));
      expect(text).toContain('So it does not count.');
      expect(text).not.toContain('Nothing departs');
      expect(text).not.toContain('The baseline counts');
    },
  );

  it('hostile text stays text', () => {
    const one = { kind: 'new-channel' as const, channel: hostile, decides: true, sentence: hostile };
    const page = reportPage(
      compared({
        sentence: hostile,
        differences: [one],
        approvedChannels: [one].map(({ channel, sentence }) => ({ channel, sentence })),
        notCompared: [hostile],
        reportDigest: hostile,
      }),
    );
    expect(page).not.toMatch(/<script/i);
  });
});
