/** A scenario judged as `sleeptalk score` would: its APK is written and read back, its capture is made, and both assessed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspection } from '../../orchestrator/contract/apk.ts';
import { Tunables, type ProfileSet } from '../../orchestrator/contract/profile.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { writeApk } from '../../test/support/apk/write.ts';
import { inspect } from '../../workers/inspect.ts';
import { judge } from '../../workers/judge/report.ts';
import { randomFor } from '../cadence/generator/random.ts';
import { APPS, type AppName } from './apps.ts';
import { captureOf } from './capture.ts';
import type { Scenario } from './scenario.ts';

export type Inspections = ReadonlyMap<string, Inspection>;

/** Reads each app of the scenarios once for each thing that a submitter said of it. */
export async function inspectApps(
  scenarios: readonly Scenario[],
  profiles: ProfileSet,
  signal: AbortSignal,
): Promise<Inspections> {
  const wanted = new Map(scenarios.map(({ plan }) => [keyOf(plan), { app: plan.app, stated: plan.stated ?? null }]));
  const directory = await mkdtemp(join(tmpdir(), 'verdicts-'));
  try {
    const paths = new Map<AppName, string>();
    for (const { app } of wanted.values()) {
      if (paths.has(app)) continue;
      const path = join(directory, `${APPS[app].packageName}.apk`);
      await writeFile(path, writeApk(APPS[app]));
      paths.set(app, path);
    }
    const found = new Map<string, Inspection>();
    for (const [key, { app, stated }] of wanted) {
      found.set(key, await inspect([paths.get(app)!], { functions: profiles.functions, stated, signal }));
    }
    return found;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function judgeScenario(
  scenario: Scenario,
  seed: number,
  inspections: Inspections,
  profiles: ProfileSet,
): Report {
  const { plan, name } = scenario;
  return judge({
    records: captureOf(plan, randomFor(seed, [name, 'capture'])),
    inspection: inspections.get(keyOf(plan))!,
    ...(plan.assumedPhase === undefined ? {} : { assumedPhase: plan.assumedPhase }),
    profiles,
    tunables: Tunables.parse({}),
    provenance: {
      run: name,
      startedAt: null,
      bundleDigest: null,
      seed,
      device: {},
      tools: {},
      captureDigest: null,
      skippedLines: 0,
      unreadBytes: 0,
    },
    engineVersion: 'bench',
  });
}

function keyOf({ app, stated }: { readonly app: AppName; readonly stated?: string }): string {
  return `${app} ${stated ?? ''}`;
}
