import type { Component } from '../../../orchestrator/contract/apk.ts';
import { shortComponent } from '../android/component.ts';
import { IntentError, parseIntent } from '../android/intent.ts';
import { launchActivity, resolveIntent } from '../android/resolve.ts';
import type { Resolved } from '../android/resolve.ts';
import type { AndroidState } from '../android/state.ts';
import type { Program, ProgramIo } from '../system.ts';

const OWN = { '--brief': 0, '--components': 0, '--user': 1, '--query-flags': 1 };
/** match=0x108000: MATCH_CATEGORY_EMPTY | MATCH_ADJUSTMENT_NORMAL (IntentFilter). */
const BRIEF_HEAD = 'priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n';

/** resolve-activity and query-activities|services|receivers of `cmd package`. */
export function createPmQuery(state: AndroidState): Record<string, Program> {
  return {
    'resolve-activity': (io) =>
      withIntent(io, (intent, brief) => {
        const own =
          intent.component === null && intent.packageName !== null ? state.packages.get(intent.packageName) : undefined;
        const launch = own && intent.action === 'android.intent.action.MAIN' ? launchActivity(own) : null;
        const found = resolveIntent(intent, state.packages, ['activity', 'activity-alias']);
        const first = found.find((one) => one.name.className === launch?.className) ?? found[0];
        if (!first) io.out('No activity found\n');
        else io.out(brief ? `${BRIEF_HEAD}${shortComponent(first.name)}\n` : describe(first, ''));
        return 0;
      }),
    'query-activities': (io) => query(io, state, ['activity', 'activity-alias'], 'activities'),
    'query-services': (io) => query(io, state, ['service'], 'services'),
    'query-receivers': (io) => query(io, state, ['receiver'], 'receivers'),
  };
}

function query(io: ProgramIo, state: AndroidState, kinds: readonly Component['kind'][], plural: string): number {
  return withIntent(io, (intent, brief, componentsOnly) => {
    const found = resolveIntent(intent, state.packages, kinds);
    if (found.length === 0) io.out(`No ${plural} found\n`);
    else if (componentsOnly) io.out(found.map((one) => `${shortComponent(one.name)}\n`).join(''));
    else {
      io.out(`${found.length} ${plural} found:\n`);
      for (const [index, one] of found.entries()) {
        const text = brief ? `    ${BRIEF_HEAD}    ${shortComponent(one.name)}\n` : describe(one, '    ');
        io.out(`  ${kinds[0] === 'activity' ? 'Activity' : 'Entry'} #${index}:\n${text}`);
      }
    }
    return 0;
  });
}

function withIntent(
  io: ProgramIo,
  use: (intent: ReturnType<typeof parseIntent>['intent'], brief: boolean, componentsOnly: boolean) => number,
): number {
  try {
    const { intent, options } = parseIntent(io.argv.slice(2), OWN);
    return use(intent, options.has('--brief'), options.has('--components'));
  } catch (error) {
    if (!(error instanceof IntentError)) throw error;
    io.err(`Error: ${error.message}\n`);
    return 255;
  }
}

function describe(one: Resolved, indent: string): string {
  const { component, record } = one;
  return [
    BRIEF_HEAD.trimEnd(),
    component.kind === 'service' ? 'ServiceInfo:' : 'ActivityInfo:',
    `  name=${component.name}`,
    `  packageName=${record.name}`,
    `  enabled=${component.enabled} exported=${component.exported ?? component.intentFilters.length > 0} directBootAware=false`,
    '  ApplicationInfo:',
    `    packageName=${record.name}`,
    `    sourceDir=${record.paths[0] ?? ''}`,
    `    enabled=${record.enabled < 2} minSdkVersion=${record.facts.minSdk} targetSdkVersion=${record.facts.targetSdk} versionCode=${record.facts.versionCode}`,
  ]
    .map((line) => `${indent}${line}\n`)
    .join('');
}
