import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import { unpackContainers } from '../containers.ts';
import { findHome } from '../home.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { exitStatus } from '../outcome.ts';
import { readBaseline } from '../report-file.ts';
import { profileFolders, profilesOption } from '../profile-folders.ts';
import { groupSamples } from '../samples.ts';
import { line, type Terminal } from '../terminal.ts';
import { vet, type Vetted } from '../vetting.ts';

interface VetFlags {
  readonly function?: string;
  readonly device: string;
  readonly minutes: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
  readonly apiLevel: number;
  readonly clockRate: number;
  readonly adbServer?: string;
  readonly proxyPort?: number;
  readonly home?: string;
  readonly jobs: number;
  readonly baseline: readonly string[];
  readonly profiles: readonly string[];
}

/** `sleeptalk vet APK…`: the whole job on a device. */
export function addVetCommand(root: Command, invocation: Invocation): void {
  root
    .command('vet')
    .description(
      'Vet APKs on a device: install, explore, leave alone, record, judge. Splits of one app are one sample.',
    )
    .argument('<apk...>', 'APK files, or .apks, .xapk, .apkm and zip files that hold them')
    .option('--function <name>', 'what the app is for, as its submitter says (default: what its manifest declares)')
    .option('--device <device>', 'simulated, the serial of a connected device, or the name of an AVD', 'simulated')
    .option('--minutes <n>', 'device minutes observed, all phases together', numberBetween(1, 1440), 60)
    .option('--seed <n>', 'seed of the exploration and of a simulated handset', numberBetween(0, 2 ** 31 - 1, true), 1)
    .option('--out <dir>', 'folder for reports', 'reports')
    .option('--json', 'one line of JSON a sample on stdout')
    .option('--api-level <n>', 'Android API level of a simulated handset', numberBetween(28, 36, true), 34)
    .option(
      '--clock-rate <n>',
      'how many times faster than real time a simulated handset lives',
      numberBetween(0.1, 240),
      60,
    )
    .option(
      '--proxy-port <n>',
      'port of 127.0.0.1 for the proxy (default: any free one)',
      numberBetween(1, 65535, true),
    )
    .option('--adb-server <host:port>', 'use this adb server instead of a private one')
    .option('--home <dir>', 'where ledger, samples and evidence are kept')
    .addOption(
      new Option('--baseline <file>', 'an approved version of an app vetted here; may be repeated')
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([]),
    )
    .addOption(profilesOption())
    .option('--jobs <n>', 'device sessions at a time', numberBetween(1, 64, true), Math.min(2, availableParallelism()))
    .action(async (paths: string[], flags: VetFlags) => {
      const { terminal, environment, signal } = invocation;
      await using unpacked = await unpackContainers(paths, signal);
      const { samples, refused } = await groupSamples(unpacked.paths, signal);
      const vetted = await vet({
        samples,
        options: SubmissionOptions.parse({
          function: flags.function ?? null,
          device: flags.device,
          minutes: flags.minutes,
          seed: flags.seed,
          apiLevel: flags.apiLevel,
          clockRate: flags.clockRate,
          adbServer: flags.adbServer ?? null,
          proxyPort: flags.proxyPort ?? null,
        }),
        home: findHome(environment, flags.home),
        out: flags.out,
        baselines: await Promise.all(flags.baseline.map((file) => readBaseline(file, signal))),
        profileFolders: profileFolders(environment, flags.profiles),
        concurrency: flags.jobs,
        terminal,
        environment,
        signal,
      });
      const all = [...[...unpacked.refused, ...refused].map((one) => ({ ...one, submission: null })), ...vetted];
      for (const one of all) printVetted(terminal, one, flags.json === true);
      invocation.finish(
        exitStatus(
          all.map((one) => ('fault' in one ? { exitStatus: one.fault.exitStatus } : { verdict: one.result.verdict })),
        ),
      );
    });
}

/** The verdict and the report's path on stdout; a fault as one sentence on stderr. */
export function printVetted(terminal: Terminal, vetted: Vetted, json: boolean): void {
  const { name, paths } = vetted.sample;
  if (json) {
    const common = { sample: name, paths, submission: vetted.submission };
    const rest = 'fault' in vetted ? { fault: vetted.fault.toJSON() } : vetted.result;
    line(terminal.out, JSON.stringify({ ...common, ...rest }));
    if (!('fault' in vetted)) return;
  }
  if ('fault' in vetted) {
    line(terminal.err, `sleeptalk: ${vetted.fault.code}: ${vetted.fault.detail}`);
    return;
  }
  const { verdict, sentence, reportHtml, reportJson } = vetted.result;
  line(terminal.out, `${name}: ${verdict}`);
  line(terminal.out, `  ${sentence}`);
  line(terminal.out, `  ${reportHtml}`);
  line(terminal.out, `  ${reportJson}`);
}
