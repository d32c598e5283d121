// In: a report and the approval of a person. Out: the baseline of that version: of each channel its cadence, sizes,
// phases and pushes, as far as later versions are held against them.
import type { Approval, ApprovedChannel, ApprovedSizes, Baseline } from '../../orchestrator/contract/baseline.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Beat, Channel, Report } from '../../orchestrator/contract/report.ts';
import { dispersionOf } from './baseline-dispersion.ts';
import { ascending, median, medianAbsoluteDeviation, rounded } from './numbers.ts';

/** What a channel is measured beside: the pushes of the same run, and the phases they came in. */
export interface Run {
  readonly phases: Report['phases'];
  readonly pushCoupling: Pick<Report['pushCoupling'], 'pushes' | 'perChannel'>;
}

/** A push counts as followed up to so many median lags, and within these bounds. */
const LAGS = 4;
const LEAST_WITHIN_MS = 10_000;
const MOST_WITHIN_MS = 60_000;

/**
 * What a report shows, as a baseline. Platform traffic is left out: it is not the app's.
 *
 * @param reportDigest SHA-256 of the report.json that was approved, lower-case hex; null where it is no file.
 * @throws Fault `certificate-unknown` where the report names no signer: a package name alone is no identity.
 */
export function baselineOf(report: Report, approval: Approval, reportDigest: string | null): Baseline {
  const { sample, provenance } = report;
  const certificates = sample.signers ?? (sample.certificates.length === 1 ? sample.certificates : []);
  if (certificates.length === 0) {
    throw new Fault(
      'certificate-unknown',
      `${printable(sample.package)}: vet the APK, or score the capture with --apk.`,
    );
  }
  const approvedBefore = new Set(report.baseline?.approvedChannels.map(({ channel }) => channel) ?? []);
  return {
    schema: 'sleeptalk-baseline-1',
    package: sample.package,
    certificates: [...certificates],
    versionCode: sample.versionCode,
    versionName: sample.versionName,
    declaredFunction: report.declaredFunction.name,
    approval,
    report: {
      sha256: reportDigest,
      run: provenance.run,
      startedAt: provenance.startedAt,
      verdict: report.verdict,
      bundleDigest: provenance.bundleDigest,
      captureDigest: provenance.captureDigest,
    },
    phases: phaseTimes(report.phases),
    channels: report.channels.filter(isOwn).map((channel) => {
      const licensed = channel.explained === true && !approvedBefore.has(channel.id);
      return approvedChannel(channel, report, licensed);
    }),
  };
}

/** False for what the platform sends: its traffic is the same beside every app. */
export function isOwn({ owner }: Channel): boolean {
  return owner.kind !== 'platform';
}

export function phaseTimes(phases: Report['phases']): Baseline['phases'] {
  const names = [...new Set(phases.map(({ phase }) => phase))];
  return names.map((phase) => ({
    phase,
    durationMs: phases.reduce((ms, one) => ms + (one.phase === phase ? one.toMs - one.fromMs : 0), 0),
  }));
}

export function approvedChannel(channel: Channel, run: Run, licensed: boolean): ApprovedChannel {
  const { kind, beats, structured, periodMs, jitter } = channel.cadence;
  const natural = naturalBeats(channel);
  const asleep = natural.filter(({ phase }) => phase !== 'foreground');
  const visible = natural.filter(({ phase }) => phase === 'foreground');
  return {
    destination: { ...channel.destination },
    grouping: {
      by: channel.grouping.by,
      value: channel.grouping.value,
      members: channel.grouping.members.map(({ host, port }) => ({ host, port })),
    },
    role: channel.role,
    owner: channel.owner.name,
    licensed,
    unread: natural.length > 0 && natural.every((beat) => beat.upBytes === 0 && beat.downBytes === 0),
    cadence: { kind, beats, structured, periodMs, jitter },
    phases: channel.phases.map((use) => phaseOf(use, natural)),
    dispersion: dispersionOf(natural, run.phases),
    asleep: directionsOf(asleep),
    foreground: directionsOf(visible),
    push: pushOf(channel, run),
  };
}

function pushOf(channel: Channel, run: Run): ApprovedChannel['push'] {
  const tested = run.pushCoupling.perChannel.find((one) => one.channel === channel.id);
  if (!tested || tested.pushes === 0) return null;
  const { pushes, significant: coupled, medianLagMs } = tested;
  const usual = coupled && medianLagMs !== null ? LAGS * medianLagMs : MOST_WITHIN_MS;
  const withinMs = Math.min(MOST_WITHIN_MS, Math.max(LEAST_WITHIN_MS, usual));
  return { pushes, followed: Math.min(pushes, followedPushes(channel, run, withinMs)), withinMs, coupled };
}

/** How many pushes outside foreground have a session of this channel within so long after them. */
export function followedPushes(channel: Channel, { phases, pushCoupling }: Run, withinMs: number): number {
  const natural = naturalBeats(channel);
  return pushCoupling.pushes.filter(({ atMs }) => {
    const visible = phases.some((one) => one.phase === 'foreground' && atMs >= one.fromMs && atMs < one.toMs);
    return !visible && natural.some((beat) => beat.atMs >= atMs && beat.atMs <= atMs + withinMs);
  }).length;
}

export function naturalBeats({ beats }: Pick<Channel, 'beats'>): readonly Beat[] {
  return beats.filter(({ forced }) => !forced);
}

function phaseOf({ phase, durationMs, periodMs }: Channel['phases'][number], natural: readonly Beat[]) {
  const here = natural.filter((beat) => beat.phase === phase);
  return {
    phase,
    durationMs,
    sessions: here.length,
    unprompted: here.filter(({ afterPush }) => afterPush === null).length,
    sessionsPerHour: durationMs > 0 ? rounded((here.length * 3_600_000) / durationMs, 2) : null,
    periodMs,
  };
}

function directionsOf(beats: readonly Beat[]): ApprovedChannel['asleep'] {
  return { up: sizesOf(beats.map(({ upBytes }) => upBytes)), down: sizesOf(beats.map(({ downBytes }) => downBytes)) };
}

export function sizesOf(bytes: readonly number[]): ApprovedSizes {
  const rising = ascending(bytes);
  return {
    sessions: bytes.length,
    median: median(bytes),
    spread: medianAbsoluteDeviation(bytes),
    upperQuartile: rising.at(-quarterRank(bytes.length)) ?? null,
    largest: rising.at(-1) ?? null,
  };
}

/** Rank from the top of the session that {@link ApprovedSizes.upperQuartile} is. */
export function quarterRank(sessions: number): number {
  return Math.max(1, Math.ceil(sessions / 4));
}
