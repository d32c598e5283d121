// In: the verdict and the channels. Out: what to do next, in order, and what to ask the developer.
import type { Channel, Report, Verdict } from '../../orchestrator/contract/report.ts';
import { archiveQuestion } from './archive.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { durationWords, listWords, phaseWords, windowWords } from './words.ts';
import { phasesOf } from './expectation.ts';

type Step = Report['playbook'][number];

/** What settles the open point, by the rule that left it open. */
const REMEDIES: Readonly<Record<string, string>> = {
  'code-did-not-run':
    'Run it on an emulator or a physical device (--device): a simulated handset runs no code of an APK.',
  'no-traffic':
    'Run it longer (--minutes) and with an account signed in; where it stays silent, look whether it avoids the interception by QUIC or its own trust store.',
  'phase-unknown':
    'State with --phase which phase the capture is of, or record it with the phases, as `sleeptalk vet` does.',
  'never-asleep':
    'Run it again and leave the app: half an hour in background, locked and in Doze shows more than a day of use.',
  'window-too-short': 'Run it again with more --minutes, most of them outside foreground.',
  'proxy-down': 'Run it again: the recording broke off, and a cadence could hide in the time that is missing.',
  unread:
    'Run a build that trusts the interception (a debug build whose network security configuration trusts user certificates), or a device on which the pins are lifted.',
  unattributed: 'Record where the uid of each connection is known: on a device by `sleeptalk vet`, or with PCAPdroid.',
  'channel-not-told': 'Run it again with a window several times as long: what is a habit comes again.',
  'pushes-unseen': 'Run it on a device whose push ledger can be read (an emulator with Google APIs).',
  'not-exercised': 'Run it again, and walk through its first screens by hand where the explorer cannot.',
  'claim-only':
    'Ask the developer which component serves the stated function, or judge it without --function by what its manifest declares.',
};

export function playbookOf(
  verdict: Verdict,
  rule: string,
  channels: readonly Channel[],
  visibility: Report['visibility'],
): Step[] {
  if (verdict === 'consistent') return [];
  if (verdict === 'inconclusive') return lookAgain(rule, visibility);
  const hosts = channels.filter(({ explained }) => explained === false).map(channelWords);
  return [
    {
      title: 'Preserve first',
      sentence: 'Keep the sample, this evidence bundle with its digests, and device logs before anything is changed.',
    },
    {
      title: 'Contain',
      sentence: `Quarantine the app through device management and block its own endpoints (${listWords(hosts.slice(0, 5))}). Never block mtalk.google.com fleet-wide: that breaks push for every app.`,
    },
    {
      title: 'Report',
      sentence:
        'Report the sender or project id to the push provider where pushes are involved, and the app to its store.',
    },
    {
      title: 'Remove',
      sentence: 'Remove the app, revoke its tokens, rotate what it could read, and vet the next version again.',
    },
  ];
}

function lookAgain(rule: string, { slowestPeriodMs }: Report['visibility']): Step[] {
  const shown =
    slowestPeriodMs === null ? '' : ` This one could show no cadence slower than ${windowWords(slowestPeriodMs)}.`;
  return [
    { title: 'Preserve', sentence: 'Keep the sample and this evidence bundle: a later run is compared with it.' },
    {
      title: 'Look again',
      sentence: `${REMEDIES[rule] ?? 'Run it again with a longer window, or on another device.'}${shown}`,
    },
    {
      title: 'Do not infer',
      sentence:
        'Inconclusive is neither a finding nor a clean result: approve and block on other grounds until it is settled.',
    },
  ];
}

/** For each channel that is not explained, what only its developer can say; then what the manifest and the file leave open. */
export function questionsOf(channels: readonly ComparedChannel[], context: Context): string[] {
  const { timeline, functions, claim, tooMany, facts } = context;
  const open = channels.filter(({ channel }) => channel.explained !== true);
  const questions = open.map(({ channel, expectation, departs }) => {
    if (departs) return `What changed since the approved version: ${departs.join(' ')}`;
    const { periodMs, structured } = channel.cadence;
    const often = structured === true && periodMs !== null ? ` every ${durationWords(periodMs)}` : '';
    const { unlicensed, outlasting } = expectation;
    const where = phaseWords(phasesOf([...unlicensed, ...outlasting], timeline));
    return `What is sent to ${channelWords(channel)}${often} ${where}, and which function that a user can see needs it?`;
  });
  if (functions.some(({ surveillanceCapable }) => surveillanceCapable === true)) {
    questions.push(
      'Who is watched, and how do they know and consent? The function is surveillance-capable whatever its cadence.',
    );
  }
  if (claim) {
    questions.push(
      `Which component makes it ${claim.profile.noun}? It was submitted as that, and its manifest declares ${claim.manifest.noun}.`,
    );
  }
  if (tooMany !== null) {
    questions.push(
      `What is it for? Its manifest declares ${tooMany} functions, so only licences that are bound to something seen were counted.`,
    );
  }
  const archive = archiveQuestion(facts);
  if (archive !== null) questions.push(archive);
  return questions;
}
