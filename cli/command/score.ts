import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { PhaseName } from '../../orchestrator/contract/capture.ts';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { assess } from '../../workers/assess.ts';
import { inspect } from '../../workers/inspect.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import type { Invocation } from '../invocation.ts';
import { EXIT } from '../outcome.ts';
import { mustBeFile } from '../submit.ts';
import { line } from '../terminal.ts';
import { version } from '../version.ts';

interface ScoreFlags {
  readonly capture: string;
  readonly apk?: string;
  readonly function?: string;
  readonly package?: string;
  readonly phase?: PhaseName;
  readonly out?: string;
  readonly json?: boolean;
}

/** `sleeptalk score`: the same judgement on a recorded capture, without a device. */
export function addScoreCommand(root: Command, invocation: Invocation): void {
  root
    .command('score')
    .description('Judge a recorded capture: capture.ndjson, or CSV with the header t,destination,up,down.')
    .requiredOption('--capture <file>', 'the capture')
    .option('--apk <apk>', 'the APK that was running, for its declared function')
    .option('--function <name>', 'what the app is for')
    .option('--package <name>', 'package name, where the capture does not tell')
    .addOption(
      new Option('--phase <name>', 'phase of what the capture gives no phase for').choices([...PhaseName.options]),
    )
    .option('--out <dir>', 'also write report.json and report.html there')
    .option('--json', 'the whole report as JSON on stdout')
    .action(async (flags: ScoreFlags) => {
      const { terminal, signal } = invocation;
      const profiles = await loadProfiles();
      await mustBeFile(flags.capture);
      if (flags.apk !== undefined) await mustBeFile(flags.apk);
      const inspection =
        flags.apk === undefined
          ? null
          : await inspect([flags.apk], { functions: profiles.functions, stated: flags.function ?? null, signal });
      const report = await assess({
        source: { captureFile: flags.capture },
        inspection,
        stated: flags.function ?? null,
        packageName: flags.package ?? null,
        ...(flags.phase === undefined ? {} : { assumedPhase: flags.phase }),
        profiles,
        tunables: Tunables.parse({}),
        provenance: { run: 'score', startedAt: null, bundleDigest: null, seed: null, device: {}, tools: {} },
        engineVersion: version(),
        signal,
      });
      if (flags.json === true) line(terminal.out, JSON.stringify(report));
      else {
        line(terminal.out, report.verdict);
        line(terminal.out, `  ${report.sentence}`);
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
