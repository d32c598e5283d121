// In: the records of one device session, what the APK declares, profiles and tunables. Out: the report, the same byte
// for byte whenever the input is the same.
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { analyticOf } from './analytic.ts';
import { signerOf } from './baseline-signer.ts';
import { withUpdateHeld } from './baseline-playbook.ts';
import { departureTail } from './baseline-reason.ts';
import { compareWithBaseline } from './baseline-compare.ts';
import { benignExplanations } from './benign.ts';
import { confidenceOf } from './confidence.ts';
import { contextOf, type Context } from './context.ts';
import { pushCoupling } from './coupling-report.ts';
import { findingsOf } from './findings.ts';
import { judgeChannels } from './group.ts';
import type { JudgeInput } from './input.ts';
import { leadOf, noticeOf } from './lead.ts';
import { playbookOf, questionsOf } from './playbook.ts';
import { withSpread } from './spread.ts';
import { verdictOf } from './verdict.ts';
import { gapsOf, visibilityOf } from './visibility.ts';

/**
 * Judges a capture against the declared function (MITRE ATT&CK Mobile AN1681). Pure: never mutates its input, reads
 * no clock. The order of records does not matter, their times and lines do.
 *
 * @throws Fault `function-unknown` where a function is named that no profile describes.
 */
export function judge(input: JudgeInput): Report {
  const context = contextOf(input);
  const sample = sampleOf(input, context);
  const alone = withSpread(judgeChannels(context), context);
  const coupling = pushCoupling(context, alone);
  const compared = input.baseline
    ? compareWithBaseline(input.baseline, alone, context, {
        packageName: sample.package,
        phases: context.timeline.phases.map(({ phase, fromMs, toMs }) => ({ phase, fromMs, toMs })),
        pushCoupling: coupling,
        on: input.provenance.startedAt ?? input.asOf ?? null,
      })
    : null;
  const judged = compared?.judged ?? alone;
  const baseline = compared?.comparison ?? null;
  const channels = judged.map(({ channel }) => channel);
  const gaps = gapsOf(input.records);
  const visibility = visibilityOf(context, gaps, input.notes ?? []);
  const coverage = coverageOf(input);
  const { verdict, rule, reason } = verdictOf({ context, judged, channels, gaps, visibility, coverage, baseline });
  const decided = baseline?.differences.some(({ decides }) => decides) ?? false;
  return {
    schema: 'sleeptalk-report-1',
    verdict,
    sentence: `${leadOf(verdict, reason, judged, context)}${decided ? '' : departureTail(baseline)}`,
    confidence: confidenceOf(context, gaps),
    notice: noticeOf(context),
    sample,
    declaredFunction: {
      ...context.declared,
      also: context.declared.also.map(({ name, title }) => ({ name, title })),
    },
    analytic: analyticOf(input.tunables),
    phases: context.timeline.phases.map(({ phase, fromMs, toMs }) => ({ phase, fromMs, toMs })),
    windowMs: context.timeline.windowMs,
    channels,
    pushCoupling: coupling,
    findings: findingsOf(judged, context, compared?.findings ?? []),
    baseline,
    gaps,
    visibility,
    benignExplanations: benignExplanations(judged, context, baseline),
    playbook: withUpdateHeld(playbookOf(verdict, rule, channels, visibility), judged, baseline),
    questions: questionsOf(judged, context),
    coverage,
    provenance: {
      ...input.provenance,
      profileDigest: input.profiles.digest,
      profileOverrides: input.profiles.overrides.map(({ kind, name, file }) => `${kind} ${name}: ${file}`),
    },
    engine: { name: 'sleeptalk', version: input.engineVersion, tunables: { ...input.tunables, verdictRule: rule } },
  };
}

function sampleOf(input: JudgeInput, { facts }: Context): Report['sample'] {
  const start = first(input, 'start');
  const signer = signerOf(facts);
  const base = facts?.files.find(({ split }) => split === null) ?? facts?.files[0];
  return {
    sha256: base?.sha256 ?? 'unknown',
    files: facts?.files.map(({ sha256, fileName, split }) => ({ sha256, fileName, split })) ?? [],
    package: facts?.packageName ?? input.packageName ?? start?.package ?? 'unknown',
    label: facts?.label ?? null,
    versionCode: facts?.versionCode ?? null,
    versionName: facts?.versionName ?? null,
    certificates: [...new Set(facts?.certificates.map(({ sha256 }) => sha256) ?? [])],
    signers: signer === null || signer.signers.length === 0 ? null : [...signer.signers],
  };
}

/** The explorer's last word; earlier ones are its progress. */
function coverageOf(input: JudgeInput): Report['coverage'] {
  const last = input.records
    .flatMap(({ record, line }) => (record.type === 'coverage' ? [{ record, line }] : []))
    .sort((a, b) => a.record.atMs - b.record.atMs || a.line - b.line)
    .at(-1)?.record;
  if (!last) return null;
  const { activitiesSeen, activitiesDeclared, screensSeen, actions, errors } = last;
  return { activitiesSeen: activitiesSeen.length, activitiesDeclared, screensSeen, actions, errors: [...errors] };
}

function first<K extends CaptureRecord['type']>(
  input: JudgeInput,
  kind: K,
): Extract<CaptureRecord, { type: K }> | null {
  const found = input.records.find(({ record }) => record.type === kind)?.record;
  return (found as Extract<CaptureRecord, { type: K }> | undefined) ?? null;
}
