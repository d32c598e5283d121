// In: the judged channels and the context. Out: each benign explanation, tested against the traffic that nothing
// licenses, with its result; where all is licensed, what explained it.
import type { Report } from '../../orchestrator/contract/report.ts';
import type { BaselineComparison } from '../../orchestrator/contract/difference.ts';
import { approvedBaseline } from './baseline-reason.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import type { JudgedChannel } from './channel.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { delivered } from './coupling.ts';
import { afterRefusals, answersOf, bulkWords, isBulk, REPORTED_WITHIN_MS } from './innocence.ts';
import { licensedReasons } from './licensed-reason.ts';
import { JOB_MINIMUM_MS } from './platform.ts';
import { pushBefore } from './timeline.ts';
import { capitalised, countWords, durationWords, windowWords } from './words.ts';

type Explanation = Report['benignExplanations'][number];
type Answer = Omit<Explanation, 'name'>;

const SDK_ROLES = new Set([
  'ads',
  'analytics',
  'attribution',
  'config',
  'crash',
  'engagement',
  'feature-flags',
  'performance',
  'session-replay',
]);

const TESTS: readonly (readonly [string, (suspect: JudgedChannel, context: Context) => Answer])[] = [
  ['Push keep-alive', keepAlive],
  ['Fetch after a push', afterPush],
  ['Advertisement or analytics batch', sdkBatch],
  ['Sync or periodic job', periodicJob],
  ['Config refresh', configRefresh],
  ['Retry after an error', retry],
  ['Crash reports', crashReports],
  ['Download in pieces', download],
  ['Captive-portal check', captivePortal],
  ['Retry caused by interception', interceptionRetry],
];

/** Tested on the most suspicious channel that is not explained; on the licences used where all are. */
export function benignExplanations(
  channels: readonly ComparedChannel[],
  context: Context,
  baseline: BaselineComparison | null,
): Explanation[] {
  const suspects = channels.filter(({ channel }) => channel.explained !== true);
  const worst = suspects.toSorted((a, b) => b.channel.suspicion - a.channel.suspicion)[0];
  const approved = approvedBaseline(worst ?? null, channels, baseline);
  // What departs from an approved version may be licensed all the same: then its licences are the explanation.
  if (!worst || worst.departs) return [...licensedReasons(channels, context), ...approved];
  return [...TESTS.map(([name, test]) => ({ name, ...test(worst, context) })), ...approved];
}

function keepAlive({ channel }: JudgedChannel): Answer {
  if (channel.role === 'push-channel') return unlikely('the host carries pushes, but the app itself spoke to it');
  return ruledOut(
    `the app's own uid sent it, and ${channelWords(channel)} ${channel.grouping.by === 'destination' ? 'carries' : 'carry'} no push connection`,
  );
}

function afterPush({ expectation }: JudgedChannel, { timeline }: Context): Answer {
  if (timeline.pushesUnavailable) return notTestable('pushes could not be observed');
  if (delivered(timeline).length === 0) return ruledOut('no push was delivered to the app');
  const { unlicensed } = expectation;
  if (unlicensed.length === 0) return notTestable('the open question is how long a session lasted, not when it began');
  const after = unlicensed.filter(({ startMs }) => pushBefore(timeline, startMs, 60_000) !== null).length;
  const words = `${after} of ${unlicensed.length} sessions came within 60 s of a push`;
  return after > unlicensed.length / 2 ? unlikely(`${words}, but nothing declares a use of them`) : ruledOut(words);
}

function sdkBatch({ channel }: JudgedChannel): Answer {
  if (channel.role !== null && SDK_ROLES.has(channel.role)) {
    const { name } = channel.owner;
    return unlikely(
      `the host's role is ${channel.role} (${name ?? 'owner unknown'}), but such a one is not called so often outside foreground`,
    );
  }
  const visible = channel.phases.find(({ phase }) => phase === 'foreground');
  const silent = visible !== undefined && visible.durationMs > 0 && visible.beats === 0;
  return ruledOut(
    silent ? 'the host is of no known SDK, and it was silent while the app was visible' : 'the host is of no known SDK',
  );
}

function periodicJob({ channel }: JudgedChannel): Answer {
  const { periodMs } = channel.cadence;
  if (periodMs === null) return notTestable('too few beats to know a period');
  if (periodMs < 0.8 * JOB_MINIMUM_MS) {
    return ruledOut(
      `a period of ${durationWords(periodMs)} is shorter than any job, which the platform runs at most every 15 min`,
    );
  }
  return unlikely(`a job could run every ${durationWords(periodMs)}, but the declared function licenses none like it`);
}

function configRefresh({ expectation }: JudgedChannel, { timeline }: Context): Answer {
  const count = expectation.unlicensed.length;
  const words = `${count} in ${windowWords(timeline.windowMs)}`;
  return count <= 1
    ? notTestable(`${words}: one session shows no habit`)
    : unlikely(`${words}, where configuration is fetched a few times a day`);
}

function retry({ channel, source, expectation }: JudgedChannel): Answer {
  const { exchanges } = source.traffic;
  if (exchanges.every(({ attempt }) => attempt)) return notTestable('the answers could not be read');
  const { failed, answered } = answersOf(source, expectation.unlicensed);
  const words = `${failed} of ${answered} answers were errors`;
  if (failed > answered / 2 && channel.cadence.kind === 'back-off') {
    return { result: 'explains', sentence: `${words}, and the intervals grow.` };
  }
  if (failed > answered / 2) return unlikely(`${words}, but the interval does not grow`);
  return ruledOut(words);
}

function crashReports({ channel }: JudgedChannel): Answer {
  if (channel.role !== 'crash') return ruledOut('the host takes no crash reports');
  if (channel.cadence.kind === 'back-off') {
    return {
      result: 'explains',
      sentence: 'The host takes crash reports, and the intervals grow as restarts are delayed.',
    };
  }
  return unlikely('the host takes crash reports, but restarts after a crash come ever later, and these do not');
}

function download({ channel, expectation }: JudgedChannel): Answer {
  const { unlicensed } = expectation;
  if (unlicensed.length === 0)
    return notTestable('the open question is how long a session lasted, not what it carried');
  const words = bulkWords(unlicensed);
  if (isBulk(unlicensed, channel.cadence))
    return { result: 'explains', sentence: `${capitalised(words)}, with no rhythm but that of pieces.` };
  return ruledOut(words);
}

function captivePortal({ channel }: JudgedChannel): Answer {
  if (channel.role === 'connectivity-check')
    return unlikely('the host answers such checks, but the platform, not the app, makes them');
  return ruledOut('the host answers no such checks, and the platform makes them under its own uid');
}

function interceptionRetry({ source, expectation }: JudgedChannel, context: Context): Answer {
  const attempts = source.traffic.exchanges.filter(({ attempt }) => attempt).length;
  const without = 'a run without interception is not at hand';
  if (attempts > 0) return notTestable(`${countWords(attempts, 'connection')} could not be read, and ${without}`);
  const after = afterRefusals(expectation.unlicensed, context);
  if (after > 0) {
    const words = `${after} of ${expectation.unlicensed.length} sessions came within ${REPORTED_WITHIN_MS / 1000} s of a connection elsewhere that could not be read`;
    return after > expectation.unlicensed.length / 2 ? notTestable(`${words}, and ${without}`) : unlikely(words);
  }
  return ruledOut('no certificate was refused before it, and every session went through');
}

function ruledOut(why: string): Answer {
  return { result: 'ruled-out', sentence: `Ruled out: ${why}.` };
}

function unlikely(why: string): Answer {
  return { result: 'unlikely', sentence: `Unlikely: ${why}.` };
}

function notTestable(why: string): Answer {
  return { result: 'not-testable', sentence: `Not testable: ${why}.` };
}
