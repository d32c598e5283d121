import type { Submission } from '../../contract/job.ts';
import { html, type Html } from '../html.ts';

const STEPS = [
  { name: 'Wait', state: 'queued', what: 'for a worker' },
  { name: 'Inspect', state: 'inspecting', what: 'manifest, certificate, declared function' },
  { name: 'Examine', state: 'examining', what: 'on a device, phase by phase' },
  { name: 'Assess', state: 'assessing', what: 'cadence against function' },
] as const;

const WORDS = { past: 'done', now: 'now', broken: 'ended here', ahead: 'to come' } as const;

/** Where a submission stands. `stages` are those that were entered, so that a failure shows where it happened. */
export function stepper(state: Submission['state'], stages: readonly string[]): Html {
  const entered = 1 + Math.max(0, ...stages.map((stage) => ['inspect', 'examine', 'assess'].indexOf(stage) + 1));
  const current = STEPS.findIndex((step) => step.state === state);
  const broken = state === 'failed' || state === 'cancelled' || state === 'crashed';
  return html`<ol class="stepper" aria-label="Stages">
    ${STEPS.map(({ name, what }, index) => {
      const standing =
        state === 'done' || (current >= 0 ? index < current : index < entered - 1)
          ? 'past'
          : current === index
            ? 'now'
            : broken && index === entered - 1
              ? 'broken'
              : 'ahead';
      const mark = { past: '✓ ', now: '▶ ', broken: '✗ ', ahead: '' }[standing];
      return html`<li class="${standing}" ${standing === 'now' && html`aria-current="step"`}>
        <span aria-hidden="true">${mark}</span>${name} <span class="unseen">(${WORDS[standing]})</span>
        <span class="sub soft">${what}</span>
      </li>`;
    })}
  </ol>`;
}
