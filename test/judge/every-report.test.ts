import { describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { judge } from '../../workers/judge/report.ts';
import { chat, torch } from './samples.ts';
import { beats, declares, HOUR, inputOf, judged, MINUTE, numbered, session } from './scenario.ts';

describe('every report', () => {
  const all = {
    torch: judged('torch', torch()),
    chat: judged('messaging', chat()),
    silent: judged('torch', session(HOUR, [])),
  };
  it.each(Object.entries(all))('of %s keeps the contract', (_, report) => {
    expect(Report.parse(report)).toEqual(report);
  });

  it('is the same byte for byte for the same input, whatever the order of its records', () => {
    const records = torch();
    const once = JSON.stringify(judged('torch', records));
    expect(JSON.stringify(judged('torch', records))).toBe(once);
    expect(JSON.stringify(judged('torch', records.toReversed()))).toBe(once);
  });

  it('leaves its input as it was', () => {
    const input = inputOf(torch(), { inspection: declares('torch') });
    const before = JSON.stringify(input);
    judge(input);
    expect(JSON.stringify(input)).toBe(before);
  });

  it('names the simulated handset first, and only that one', () => {
    expect(all.torch.notice).toBe(
      "Simulated handset: the traffic below is scripted, the APK's own code did not run. Clock × 60.",
    );
    const [, ...rest] = torch();
    const real = numbered([
      { type: 'start', package: 'p', windowMs: 60 * MINUTE, device: { kind: 'physical' }, uid: 10_123 },
      ...rest.map(({ record }) => record),
    ]);
    expect(judged('torch', real).notice).toBeNull();
  });

  it('names the analytic, its release, its hash and its notice', () => {
    expect(all.torch.analytic).toMatchObject({
      id: 'AN1681',
      version: '1.1',
      release: '19.1',
      hash: '5a0e1bf136b1',
      BeaconIntervalVarianceThreshold: 0.5,
      PayloadSymmetryThreshold: 10,
      AppNetworkRoleBaseline: 'profiles/roles',
    });
    expect(all.torch.analytic.notice).toContain('(c) 2026 The MITRE Corporation');
    expect(all.torch.analytic.text).toMatch(
      /^Defender observes an application establishing recurrent HTTPS or FCM-based/,
    );
  });

  it('never says malicious and names no actor', () => {
    for (const report of Object.values(all)) {
      expect(JSON.stringify(report)).not.toMatch(/malicious|malware|attacker|threat actor|campaign|\bAPT/i);
    }
  });

  it('shows a hostile host name escaped in every sentence', () => {
    const host = 'evil\u202e.example\u001b[31m';
    const records = session(HOUR, beats(host, { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE }));
    const { sentence, findings, questions, playbook } = judged('torch', records);
    expect(JSON.stringify([sentence, findings, questions, playbook])).not.toMatch(
      /[\u202e\u001b]|\\u202e"|\[31m.*\u001b/,
    );
    expect(sentence).toContain('evil\\u202e.example\\u001b[31m:443');
  });
});
