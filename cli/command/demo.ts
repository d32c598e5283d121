import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import { findHome } from '../home.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { EXIT } from '../outcome.ts';
import { line } from '../terminal.ts';
import { vet, type Vetted } from '../vetting.ts';
import { printVetted } from './vet.ts';

/** The samples that ship with the product, and what each must come to. */
const SAMPLES: readonly { readonly name: string; readonly says: string; readonly expected: Verdict }[] = [
  { name: 'torch', says: 'a torch that calls home every five minutes', expected: 'inconsistent' },
  { name: 'chat', says: 'a messenger that fetches after pushes', expected: 'consistent' },
  { name: 'weather', says: 'a forecast downloaded every half hour', expected: 'consistent' },
  { name: 'game', says: 'a game with ads while it is played', expected: 'consistent' },
];

interface DemoFlags {
  readonly minutes: number;
  readonly clockRate: number;
  readonly out: string;
  readonly home?: string;
}

/** `sleeptalk demo`: vets the shipped samples on simulated handsets and says whether each came out as it must. */
export function addDemoCommand(root: Command, invocation: Invocation): void {
  root
    .command('demo')
    .description('Vet the four samples that ship with sleeptalk, on simulated handsets at an accelerated clock.')
    .option('--minutes <n>', 'device minutes observed for each', numberBetween(10, 1440), 100)
    .option('--clock-rate <n>', 'how many times faster than real time', numberBetween(1, 240), 120)
    .option('--out <dir>', 'folder for reports', 'reports')
    .option('--home <dir>', 'where ledger, samples and evidence are kept')
    .action(async (flags: DemoFlags) => {
      const { terminal, environment, signal } = invocation;
      line(terminal.err, 'sleeptalk demo: four scripted sample apps on simulated handsets, through the real parts.');
      for (const { name, says } of SAMPLES) line(terminal.err, `  ${name.padEnd(8)} ${says}`);
      const startedMs = performance.now();
      const vetted = await vet({
        samples: SAMPLES.map(({ name }) => ({ name, paths: [join(import.meta.dirname, '../samples', `${name}.apk`)] })),
        options: SubmissionOptions.parse({ minutes: flags.minutes, clockRate: flags.clockRate }),
        home: findHome(environment, flags.home),
        out: flags.out,
        concurrency: Math.min(2, availableParallelism()),
        terminal,
        environment,
        signal,
      });
      line(terminal.out);
      for (const one of vetted) printVetted(terminal, one, false);
      const wrong = vetted.filter((one) => !isAsExpected(one));
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      line(terminal.out);
      for (const one of wrong)
        line(terminal.out, `${one.sample.name} did not come out as it must: ${expectation(one)}`);
      line(terminal.out, `${vetted.length - wrong.length} of ${vetted.length} as expected, in ${seconds} s.`);
      invocation.finish(wrong.length === 0 ? EXIT.consistent : EXIT.fault);
    });
}

function isAsExpected(one: Vetted): boolean {
  return !('fault' in one) && one.result.verdict === expectation(one);
}

function expectation(one: Vetted): Verdict | undefined {
  return SAMPLES.find(({ name }) => name === one.sample.name)?.expected;
}
