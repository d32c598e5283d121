import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { torchReport } from '../support/report.ts';

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egpj.exe\u0000';

/** The page as XML: it parses only where every tag is closed and every value escaped. */
function parsed(page: string) {
  const errors: string[] = [];
  const body = page
    .slice(page.indexOf('<main>'), page.indexOf('</main>') + '</main>'.length)
    .replace(/<(wbr|br)>/g, '<$1/>');
  const document = new DOMParser({ onError: (level, message) => level !== 'warning' && errors.push(message) });
  return { root: document.parseFromString(body.replace(/<details open>/g, '<details>'), 'text/xml'), errors };
}

describe('report.html', () => {
  it('the example is a report as the contract has it', () => {
    expect(Report.parse(torchReport())).toEqual(torchReport());
  });

  it('opens with the notice of a simulated run, before the verdict', () => {
    const page = reportPage(torchReport());
    expect(page.indexOf('Simulated handset: the traffic below is scripted')).toBeGreaterThan(0);
    expect(page.indexOf('Simulated handset:')).toBeLessThan(page.indexOf('▲ inconsistent'));
  });

  it('names host, period, jitter and sizes of the channel in its row', () => {
    const row = /<a href="#channel-c1">[\s\S]*?<\/tr>/.exec(reportPage(torchReport()))?.[0] ?? '';
    for (const words of ['cdn.brightlamp.example', '300 s', '2 %', '412 ± 9 B', '308 ± 4 B', '✗ unexplained']) {
      expect(row).toContain(words);
    }
  });

  it('draws one stroke a beat and one span a phase', () => {
    const row = /<a href="#channel-c1">[\s\S]*?<\/tr>/.exec(reportPage(torchReport()))?.[0] ?? '';
    expect(row.match(/class="beat unexplained"/g)).toHaveLength(10);
    expect(row.match(/class="phase-/g)).toHaveLength(4);
    // The first beat is at 10 of 60 minutes: 166.7 of 1000 units.
    expect(row).toContain('d="M166.7 3V37"');
  });

  it('shows the analytic with its three tunables and its copyright', () => {
    const page = reportPage(torchReport());
    for (const words of [
      ...['AN1681', 'ATT&amp;CK 19.1', '5a0e1bf136b1', 'BeaconIntervalVarianceThreshold'],
      ...['PayloadSymmetryThreshold', 'AppNetworkRoleBaseline', 'The MITRE Corporation'],
    ]) {
      expect(page).toContain(words);
    }
  });

  it('loads nothing and runs nothing', () => {
    const page = reportPage(torchReport());
    expect(page).not.toMatch(/<script|<link|<iframe|\ssrc=|url\(|@import|https?:\/\/(?!www\.w3\.org)/i);
    expect(page).toContain("default-src 'none'");
  });

  it('hostile text from an APK stays text wherever it is shown', () => {
    const report = torchReport();
    const page = reportPage(
      torchReport({
        sentence: hostile,
        notice: hostile,
        sample: { ...report.sample, label: hostile, package: hostile, versionName: hostile },
        declaredFunction: {
          ...report.declaredFunction,
          evidence: [{ fact: hostile, where: hostile, strength: 'label', weight: 1 }],
        },
        channels: report.channels.map((channel) => ({
          ...channel,
          destination: { host: hostile, port: 443 },
          because: hostile,
          protocols: [hostile],
          ja4: [hostile],
          owner: { kind: 'sdk', name: hostile, knownBy: hostile },
          grouping: { by: 'address', value: hostile, members: [{ host: hostile, port: 1, beats: 2 }] },
          beats: channel.beats.map((beat) => ({ ...beat, destination: { host: hostile, port: 1 } })),
          subScores: channel.subScores.map((one) => ({
            ...one,
            measured: hostile,
            threshold: hostile,
            because: hostile,
          })),
        })),
        questions: [hostile],
        gaps: report.gaps.map((gap) => ({ ...gap, destination: { host: hostile, port: 1 }, sentence: hostile })),
      }),
    );
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202e');
    expect(page).not.toContain('\u0000');
    expect(parsed(page).errors).toEqual([]);
  });

  it('is well formed, with every in-page link leading somewhere', () => {
    const page = reportPage(torchReport());
    expect(parsed(page).errors).toEqual([]);
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
  });

  it('a run without traffic still shows its phases, its gaps and why', () => {
    const page = reportPage(
      torchReport({
        verdict: 'inconclusive',
        sentence: 'No traffic was seen.',
        channels: [],
        findings: [],
        benignExplanations: [],
        coverage: null,
        pushCoupling: {
          mode: 'none',
          pushes: [],
          coupled: 0,
          pValue: null,
          medianLagMs: null,
          expectedByChance: null,
          window: null,
          lag: null,
          perChannel: [],
          sentence: 'No push was seen.',
        },
      }),
    );
    expect(page).toContain('◆ inconclusive');
    expect(page).toContain('no traffic seen');
    expect(page.match(/class="phase-/g)).toHaveLength(4);
  });
});
