// In: the usual steps, the channels and the comparison with an approved version. Out: the steps for a version that
// departs: what stands between it and the approved one comes first, and containment only where something else asks for it.
import type { BaselineComparison } from '../../orchestrator/contract/difference.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { ComparedChannel } from './baseline-departure.ts';

type Steps = Report['playbook'];

export function withUpdateHeld(
  steps: Steps,
  channels: readonly ComparedChannel[],
  baseline: BaselineComparison | null,
): Steps {
  if (baseline === null || !baseline.differences.some(({ decides }) => decides)) return steps;
  const version = baseline.versionCode === null ? 'the version' : `version ${baseline.versionCode}`;
  const hold = {
    title: 'Hold the update',
    sentence: `Keep ${version} that ${baseline.approvedBy} approved, and do not roll this one out until its differences are explained.`,
  };
  const anew = {
    title: 'Approve anew',
    sentence: 'Where the developer explains them, approve this report: later versions are then held against it.',
  };
  const licensed = channels.every(({ channel, departs }) => channel.explained !== false || departs !== undefined);
  return licensed ? [...steps.slice(0, 1), hold, anew] : [hold, ...steps];
}
