import { describe, expect, it } from 'vitest';
import { scenariosOf, SETS } from '../../bench/verdicts/corpus.ts';
import { inspectApps, judgeScenario } from '../../bench/verdicts/judged.ts';
import { loadProfiles } from '../../workers/profiles.ts';

/** One of each kind of thing that a report may say. A change of wording shows here, and is read before it is taken. */
const SAID = [
  'beacon/torch/1',
  'advertisements in background/game with ads and push/1',
  'jitter of half the period/browser/1',
  'new host name each beat/game/1',
  'new domain each beat/finance/1',
  'licensed rate at many hosts/mail-sync/1',
  'declares everything/declares everything/1',
  'tasked by push/torch/1',
  'only in Doze/weather/1',
  'second peer of a VPN/vpn/1',
  'crash reports of a loop/music/1',
  'refusals reported/finance/1',
  'download that goes on/video/1',
  'capture without phases/torch/1',
  'stated to be a messenger/torch/1',
  'only pinned traffic/torch/1',
  'monitoring as declared/parental-control/1',
  'fetch after a push/messaging/1',
];

describe('what reports say', async () => {
  const profiles = await loadProfiles();
  const scenarios = scenariosOf('development').filter(({ name }) => SAID.includes(name));
  const inspections = await inspectApps(scenarios, profiles, new AbortController().signal);

  it('of each kind of thing is here', () => {
    expect(scenarios.map(({ name }) => name).sort()).toEqual([...SAID].sort());
  });

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
    const report = judgeScenario(scenario, SETS.development.seed, inspections, profiles);
    expect({
      verdict: report.verdict,
      sentence: report.sentence,
      findings: report.findings.map(({ kind, sentence }) => `${kind}: ${sentence}`),
      channels: report.channels.slice(0, 3).map(({ because, expectation }) => `${because} | ${expectation.sentence}`),
      explanations: report.benignExplanations.map(({ name, sentence }) => `${name}: ${sentence}`),
      next: report.playbook.map(({ title, sentence }) => `${title}: ${sentence}`),
      questions: report.questions.slice(0, 3),
    }).toMatchSnapshot();
  });
});
