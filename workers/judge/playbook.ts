// In: the verdict and the channels. Out: what to do next, in order, and what to ask the developer.
import type { Channel, Report, Verdict } from '../../orchestrator/contract/report.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { durationWords, listWords, phaseWords, windowWords } from './words.ts';
import { phasesOf } from './expectation.ts';

type Step = Report['playbook'][number];

export function playbookOf(verdict: Verdict, channels: readonly Channel[], visibility: Report['visibility']): Step[] {
  if (verdict === 'consistent') return [];
  if (verdict === 'inconclusive') return lookAgain(visibility);
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

function lookAgain({ slowestPeriodMs }: Report['visibility']): Step[] {
  const shown =
    slowestPeriodMs === null ? '' : ` This one could show no cadence slower than ${windowWords(slowestPeriodMs)}.`;
  return [
    { title: 'Preserve', sentence: 'Keep the sample and this evidence bundle: a later run is compared with it.' },
    {
      title: 'Look again',
      sentence: `Run again with a longer window, or on another device, so that the open point can be settled.${shown}`,
    },
    {
      title: 'Do not infer',
      sentence:
        'Inconclusive is neither a finding nor a clean result: approve and block on other grounds until it is settled.',
    },
  ];
}

/** For each channel that is not explained, what only its developer can say. */
export function questionsOf(channels: readonly ComparedChannel[], { timeline, functions }: Context): string[] {
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
  return questions;
}
