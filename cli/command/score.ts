import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { assess } from '../../workers/assess.ts';
import { inspect } from '../../workers/inspect.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { EXIT } from '../outcome.ts';
import { readingView } from '../reading.ts';
import { readBaseline } from '../report-file.ts';
import { profileFolders, profilesOption, tellOverrides } from '../profile-folders.ts';
import { mustBeFile } from '../submit.ts';
import { line } from '../terminal.ts';
import { version } from '../version.ts';

interface ScoreFlags {
  readonly capture: string;
  readonly apk?: string;
  readonly function?: string;
  readonly package?: string;
  readonly host?: string;
  readonly uid?: number;
  readonly phase?: PhaseName;
  readonly baseline?: string;
  readonly profiles: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** `sleeptalk score`: the same judgement on a recorded capture, without a device. */
export function addScoreCommand(root: Command, invocation: Invocation): void {
  root
    .command('score')
    .description(
      'Judge a recorded capture. Read are capture.ndjson, pcap and pcapng (with the uids of PCAPdroid), HAR, ' +
        'Zeek conn.log (TSV and JSON), the CSV of PCAPdroid, and CSV with the header t,destination,up,down; ' +
        'those of text also as gzip. What a file is, is told by what it holds.',
    )
    .requiredOption('--capture <file>', 'the capture')
    .option('--apk <apk>', 'the APK that was running, for its declared function')
    .option('--function <name>', 'what the app is for')
    .option('--package <name>', 'package name, where the capture does not tell')
    .option('--host <address>', 'the device, where a Zeek log or packets hold the connections of several')
    .option('--uid <number>', "the app's uid, where a capture names several", numberBetween(0, 2 ** 31 - 1, true))
    .addOption(
      new Option('--phase <name>', 'phase of what the capture gives no phase for').choices([...PhaseName.options]),
    )
    .option('--baseline <file>', 'an approved version of this app, as `sleeptalk approve` wrote it')
    .addOption(profilesOption())
    .option('--out <dir>', 'also write report.json and report.html there')
    .option('--json', 'the whole report as JSON on stdout')
    .action(async (flags: ScoreFlags) => {
      const { terminal, environment, signal } = invocation;
      const profiles = await loadProfiles({ extra: profileFolders(environment, flags.profiles) });
      tellOverrides(terminal, profiles.overrides);
      await mustBeFile(flags.capture, 'capture');
      const baseline = flags.baseline === undefined ? null : await readBaseline(flags.baseline, signal);
      if (flags.apk !== undefined) await mustBeFile(flags.apk);
      const inspection =
        flags.apk === undefined
          ? null
          : await inspect([flags.apk], { functions: profiles.functions, stated: flags.function ?? null, signal });
      const reading = readingView(terminal, flags.capture);
      const report = await assess({
        source: { captureFile: flags.capture },
        inspection,
        stated: flags.function ?? null,
        packageName: flags.package ?? null,
        ...(flags.phase === undefined ? {} : { assumedPhase: flags.phase }),
        baseline,
        asOf: new Date().toISOString(),
        profiles,
        tunables: Tunables.parse({}),
        provenance: { run: 'score', startedAt: null, bundleDigest: null, seed: null, device: {}, tools: {} },
        engineVersion: version(),
        host: flags.host,
        uid: flags.uid,
        signal,
        progress: reading.show,
      }).finally(reading.end);
      if (flags.json === true) line(terminal.out, JSON.stringify(report));
      else {
        line(terminal.out, report.verdict);
        line(terminal.out, `  ${report.sentence}`);
        if (report.baseline) line(terminal.out, `  ${report.baseline.sentence}`);
        const lost = lostWords(report.provenance);
        if (lost !== null) line(terminal.out, `  ${lost}`);
      }
      if (flags.out !== undefined) {
        const directory = resolve(flags.out);
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
        await writeFile(join(directory, 'report.html'), reportPage(report));
        if (flags.json !== true) line(terminal.out, `  ${join(directory, 'report.html')}`);
      }
      invocation.finish(EXIT[report.verdict]);
    });
}

/** How much of the capture could not be read; null where all of it was. The report names the places. */
function lostWords({ skippedLines, unreadBytes }: Report['provenance']): string | null {
  if (skippedLines === 0 && unreadBytes === 0) return null;
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `Of the capture, ${count(skippedLines, 'record')} and ${count(unreadBytes, 'byte')} were not read; the report says which.`;
}
