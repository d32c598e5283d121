import { describe, expect, it } from 'vitest';
import type { SessionRecord } from '../../orchestrator/contract/capture.ts';
import { Report } from '../../orchestrator/contract/report.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import type { JudgeInput } from '../../workers/judge/input.ts';
import { judge } from '../../workers/judge/report.ts';
import { beats, declares, inputOf, MINUTE, numbered } from './scenario.ts';

function imported(records: readonly SessionRecord[], name: string, more: Partial<JudgeInput> = {}): Report {
  const start = {
    type: 'start',
    package: 'org.example.app',
    windowMs: 60 * MINUTE,
    device: { kind: 'unknown' },
  } as const;
  return judge(inputOf(numbered([start, ...records]), { inspection: declares(name), ...more }));
}

const beacon = beats('a.example', { from: 0, to: 60 * MINUTE, every: 5 * MINUTE });
const tunnel = beats('peer.example', { from: 0, to: 60 * MINUTE, every: 25_000 });

describe('a capture without phases', () => {
  it('is explained where some phase would license it, says which, and is no verdict', () => {
    const report = imported(beacon, 'torch');
    expect(report.channels[0]).toMatchObject({ explained: true, suspicion: 0 });
    expect(report.channels[0]!.because).toMatch(
      /That supposes that all of it came in foreground: the capture does not tell\.$/,
    );
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toBe(
      'The capture names no phases, and a.example:443 is licensed only in foreground. State with --phase which it was.',
    );
    expect(report.benignExplanations).toEqual([
      {
        name: 'Foreground use',
        result: 'not-testable',
        sentence:
          'Not testable: it would explain 12 sessions with a.example:443 if all of it came in foreground, which the capture does not tell.',
      },
    ]);
    expect(report.playbook[1]!.sentence).toMatch(/^State with --phase/);
  });

  it('is consistent where every phase would license it', () => {
    expect(imported(tunnel, 'vpn')).toMatchObject({ verdict: 'consistent' });
  });

  it('is inconsistent where no phase would', () => {
    expect(imported(beacon, 'offline-tool')).toMatchObject({ verdict: 'inconsistent' });
    expect(imported(beacon, 'offline-tool').sentence).toContain(
      'Sends 400 bytes to a.example:443 every 300 s (jitter 0 %) in a phase that is not known; ',
    );
  });

  it.each([
    ['foreground', 'inconclusive'],
    ['background', 'inconsistent'],
    ['doze', 'inconsistent'],
  ] as const)('stated to be %s it is %s', (assumedPhase, verdict) => {
    expect(imported(beacon, 'torch', { assumedPhase }).verdict).toBe(verdict);
  });

  it('shows beats, spans and page with a phase of their own', () => {
    const report = imported(beacon, 'torch');
    expect(Report.parse(report)).toEqual(report);
    expect(report.phases.map(({ phase }) => phase)).toEqual(['unknown']);
    expect(new Set(report.channels[0]!.beats.map(({ phase }) => phase))).toEqual(new Set(['unknown']));
    expect(report.channels[0]!.phases).toMatchObject([{ phase: 'unknown', beats: 12, periodMs: 300_000 }]);
    expect(reportPage(report)).toContain('Phase unknown');
  });
});
