// In: everything observed. Out: the verdict, by the first row of one table that holds, and the reason in a sentence.
import type { Channel, Report, Verdict } from '../../orchestrator/contract/report.ts';
import type { JudgedChannel } from './channel.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { sum } from './numbers.ts';
import { REPEATED } from './explain.ts';
import { ASLEEP, isPhaseUnknown, phaseAt, PHASES, timeIn } from './timeline.ts';
import { countWords, hostWords, listWords, percentWords, phaseWords, windowWords } from './words.ts';

export interface Observed {
  readonly context: Context;
  readonly judged: readonly JudgedChannel[];
  readonly channels: readonly Channel[];
  readonly gaps: Report['gaps'];
  readonly visibility: Report['visibility'];
  readonly coverage: Report['coverage'];
  readonly baseline: Report['baseline'];
}

interface Rule {
  readonly id: string;
  readonly verdict: Verdict;
  /** The reason where the rule holds, else null. */
  readonly holds: (observed: Observed) => string | null;
}

/** Least time outside foreground from which a habit could be told. */
const LEAST_ASLEEP_MS = 10 * 60_000;
/** Share of the time outside foreground that may be blind, and of the contacts that may be refused or unread. */
const MOST_BLIND = 0.1;
const MOST_REFUSED = 0.2;
const MOST_UNATTRIBUTED = 0.2;
const REFUSALS: ReadonlySet<string> = new Set(['pinned', 'certificate-refused', 'passthrough', 'unsupported-protocol']);

/**
 * A departure that was measured stands whatever was not seen, so it comes before what was not seen; a clean picture
 * counts only where enough was seen, so it comes last.
 */
export const RULES: readonly Rule[] = [
  { id: 'code-did-not-run', verdict: 'inconclusive', holds: codeDidNotRun },
  { id: 'unexplained-channel', verdict: 'inconsistent', holds: unexplained },
  { id: 'no-traffic', verdict: 'inconclusive', holds: noTraffic },
  { id: 'phase-unknown', verdict: 'inconclusive', holds: phaseUnknown },
  { id: 'never-asleep', verdict: 'inconclusive', holds: neverAsleep },
  { id: 'window-too-short', verdict: 'inconclusive', holds: windowTooShort },
  { id: 'proxy-down', verdict: 'inconclusive', holds: proxyDown },
  { id: 'unread', verdict: 'inconclusive', holds: mostlyUnread },
  { id: 'unattributed', verdict: 'inconclusive', holds: unattributed },
  { id: 'channel-not-told', verdict: 'inconclusive', holds: notTold },
  { id: 'pushes-unseen', verdict: 'inconclusive', holds: pushesUnseen },
  { id: 'not-exercised', verdict: 'inconclusive', holds: notExercised },
  { id: 'claim-only', verdict: 'inconclusive', holds: claimOnly },
  { id: 'all-licensed', verdict: 'consistent', holds: allLicensed },
];

export function verdictOf(observed: Observed): { verdict: Verdict; rule: string; reason: string } {
  for (const { id, verdict, holds } of RULES) {
    const reason = holds(observed);
    if (reason !== null) return { verdict, rule: id, reason };
  }
  // allLicensed always answers; this line keeps the function total if the table changes.
  return { verdict: 'inconclusive', rule: 'none', reason: 'No rule decided.' };
}

function codeDidNotRun({ context, visibility }: Observed): string | null {
  if (!context.simulated || context.facts?.hasScriptedBehaviour !== false) return null;
  const heard = visibility.sessions === 0 ? ' No traffic was seen.' : '';
  return `Its code did not run: the handset was simulated and the APK brings no scripted behaviour.${heard}`;
}

function unexplained({ channels }: Observed): string | null {
  const count = channels.filter(({ explained }) => explained === false).length;
  return count === 0 ? null : `${countWords(count, 'channel')} without a licence.`;
}

function noTraffic({ visibility }: Observed): string | null {
  return visibility.sessions > 0
    ? null
    : 'No traffic seen: an app that was silent, or was not heard, cannot be judged by its traffic.';
}

/** What is licensed in some phases only cannot be told where the phase is not known. */
function phaseUnknown({ context, judged, baseline }: Observed): string | null {
  if (!isPhaseUnknown(context.timeline)) return null;
  const approved = new Set(baseline?.approvedChannels.map(({ channel }) => channel) ?? []);
  const open = judged.filter(({ source, expectation, channel }) => {
    if (approved.has(channel.id)) return false;
    return !source.traffic.foreign && (expectation.explainedIn?.length ?? 0) < PHASES.length;
  });
  if (open.length === 0) return null;
  const { channel, expectation } = open[0]!;
  const further = open.length > 1 ? ` So with ${countWords(open.length - 1, 'further channel')}.` : '';
  const words = listWords((expectation.explainedIn ?? []).map((phase) => phaseWords([phase])));
  const when = words === '' ? 'in no phase' : `only ${words}`;
  return `The capture names no phases, and ${channelWords(channel)} is licensed ${when}.${further} State with --phase which it was.`;
}

/** What only the submitter's word licenses, in background, against the manifest's. */
function claimOnly({ context, judged }: Observed): string | null {
  const { claim, timeline } = context;
  if (!claim) return null;
  const claimed = new Set(claim.profile.licences);
  const open = judged.find(({ source, expectation }) =>
    source.beats.some(({ startMs }, i) => {
      const licence = expectation.cover.by[i];
      return licence && claimed.has(licence) && phaseAt(timeline, startMs) !== 'foreground';
    }),
  );
  if (!open) return null;
  return `What ${channelWords(open.channel)} carries outside foreground is licensed only by the submitter's word that this is ${claim.profile.noun}; the manifest declares ${claim.manifest.noun}.`;
}

function neverAsleep({ context }: Observed): string | null {
  if (isPhaseUnknown(context.timeline)) return null;
  return timeIn(context.timeline, ASLEEP) > 0 ? null : 'The app was never observed outside foreground.';
}

function windowTooShort({ context }: Observed): string | null {
  const asleepMs = timeIn(context.timeline, [...ASLEEP, 'unknown']);
  if (asleepMs >= LEAST_ASLEEP_MS) return null;
  return `The app was observed outside foreground for only ${windowWords(asleepMs)}; ${windowWords(LEAST_ASLEEP_MS)} are the least.`;
}

function proxyDown({ context: { timeline } }: Observed): string | null {
  const blindMs = sum(timeline.blind.map(({ fromMs, toMs }) => Math.max(0, toMs - fromMs)));
  const share = timeline.windowMs > 0 ? Math.min(1, blindMs / timeline.windowMs) : 0;
  return share > MOST_BLIND ? `Nothing was recorded for ${percentWords(share)} of the time.` : null;
}

function mostlyUnread({ context, gaps }: Observed): string | null {
  const own = context.sources.filter(({ traffic }) => !traffic.foreign);
  const known = new Set(own.map(({ traffic }) => traffic.key));
  const attempts = own.map(({ traffic }) => ({
    host: hostWords(traffic.destination),
    unread: traffic.exchanges.filter(({ attempt }) => attempt).length,
  }));
  // A gap whose destination also left records is counted by those.
  const refused = gaps.flatMap(({ kind, destination, count }) => {
    const counts = REFUSALS.has(kind) && destination && !known.has(hostWords(destination).toLowerCase());
    return counts ? [{ host: hostWords(destination), unread: count }] : [];
  });
  const all = [...attempts, ...refused].filter(({ unread }) => unread > 0);
  const unread = sum(all.map((one) => one.unread));
  const contacts = sum(own.map(({ traffic }) => traffic.exchanges.length)) + sum(refused.map((one) => one.unread));
  if (contacts === 0 || unread / contacts <= MOST_REFUSED) return null;
  return `${unread} of ${contacts} contacts could not be read, with ${listWords(all.slice(0, 3).map(({ host }) => host))}.`;
}

function unattributed({ visibility }: Observed): string | null {
  const share = visibility.unattributedShare ?? 0;
  return share > MOST_UNATTRIBUTED ? `${percentWords(share)} of the traffic is not certain to be the app's.` : null;
}

function notTold({ channels }: Observed): string | null {
  const open = channels.filter(({ explained }) => explained === null);
  if (open.length === 0) return null;
  return `${channelWords(open[0]!)}: ${open[0]!.because}${open.length > 1 ? ` So with ${countWords(open.length - 1, 'further channel')}.` : ''}`;
}

function pushesUnseen({ context }: Observed): string | null {
  if (!context.timeline.pushesUnavailable || !usesPush(context)) return null;
  return 'The app uses pushes, and they could not be observed.';
}

function notExercised({ coverage }: Observed): string | null {
  if (coverage === null || coverage.actions > 0 || coverage.errors.length === 0) return null;
  return 'The app could not be exercised: no action on its screens succeeded.';
}

function allLicensed({ channels, context, baseline }: Observed): string {
  const count = channels.filter(({ owner }) => owner.kind !== 'platform').length;
  const beats = sum(channels.map((channel) => channel.beats.length));
  const quiet = channels.every(({ beats }) => beats.every(({ phase }) => phase === 'foreground'));
  const licensed = 'each session has a licence in the state in which it came';
  const what = quiet ? 'it was silent outside foreground' : `${licensed}${approvedWords(baseline)}`;
  const main = context.functions[0]!;
  const warning = context.functions.some(({ surveillanceCapable }) => surveillanceCapable === true)
    ? ' It is surveillance-capable, which no cadence makes benign.'
    : '';
  return `${countWords(beats, 'session')} on ${countWords(Math.max(count, 1), 'channel')} ${beats === 1 ? 'fits' : 'fit'} what ${main.noun} declares: ${what}.${warning}`;
}

/** ", or the approval of N. N. of 2026-11-22; …", where an approved version explains what no profile does, or differs. */
function approvedWords(baseline: Report['baseline']): string {
  if (baseline === null || baseline.approvedChannels.length === 0) return '';
  const { approvedBy, approvedAt, approvedChannels } = baseline;
  return `, or, as on ${countWords(approvedChannels.length, 'channel')}, was approved by ${approvedBy} on ${approvedAt.slice(0, 10)}`;
}

/** Push receivers in the manifest; a function alone says that an app may use pushes, not that it does. */
function usesPush({ facts, declared }: Context): boolean {
  if (declared.also.some(({ name }) => name === 'push-consuming')) return true;
  const actions = facts?.components.flatMap((one) => one.intentFilters.flatMap((filter) => filter.actions)) ?? [];
  return actions.some(
    (action) => action === 'com.google.firebase.MESSAGING_EVENT' || action.endsWith('c2dm.intent.RECEIVE'),
  );
}

/** Shown in the documentation beside the table. */
export const LIMITS = { LEAST_ASLEEP_MS, MOST_BLIND, MOST_REFUSED, MOST_UNATTRIBUTED, REPEATED } as const;
