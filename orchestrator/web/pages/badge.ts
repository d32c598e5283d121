import type { Submission } from '../../contract/job.ts';
import type { Verdict } from '../../contract/report.ts';
import type { Allowance, Review } from '../../contract/review.ts';
import type { Device } from '../../contract/device.ts';
import { html, type Html } from '../html.ts';

type State = Submission['state'];

/** Sign, word and colour say the same thing; the sign and the word suffice. */
const STATES: Record<State, readonly [sign: string, word: string, tone: string]> = {
  queued: ['○', 'waiting', ''],
  inspecting: ['▶', 'inspecting', 'running'],
  examining: ['▶', 'examining', 'running'],
  assessing: ['▶', 'assessing', 'running'],
  done: ['●', 'done', 'good'],
  failed: ['✗', 'failed', 'bad'],
  cancelled: ['–', 'cancelled', ''],
  crashed: ['!', 'interrupted', 'open'],
};

export const RUNNING: readonly State[] = ['inspecting', 'examining', 'assessing'];
export const ENDED: readonly State[] = ['done', 'failed', 'cancelled'];

export function stateBadge(state: State): Html {
  const [sign, word, tone] = STATES[state];
  return badge(sign, word, tone);
}

export function stateWord(state: State): string {
  return STATES[state][1];
}

const VERDICT_SIGN = { consistent: '●', inconsistent: '▲', inconclusive: '◆' } as const;

export function verdictBadge(verdict: Verdict): Html {
  return badge(VERDICT_SIGN[verdict], verdict, verdict);
}

const DEVICES: Record<Device['state'], readonly [string, string, string]> = {
  idle: ['○', 'idle', 'good'],
  busy: ['▶', 'busy', 'running'],
  quarantined: ['✗', 'in quarantine', 'bad'],
  gone: ['–', 'not heard of', ''],
};

export function deviceBadge(state: Device['state']): Html {
  return badge(...DEVICES[state]);
}

const ALLOWANCES: Record<Allowance['state'], readonly [string, string, string]> = {
  active: ['✓', 'active', 'good'],
  expired: ['◆', 'expired', 'open'],
  replaced: ['–', 'replaced', ''],
  ended: ['✗', 'ended', 'bad'],
};

export function allowanceBadge(state: Allowance['state']): Html {
  return badge(...ALLOWANCES[state]);
}

const EFFECTS: Record<Review['effect'], readonly [string, string, string]> = {
  approved: ['✓', 'approved', 'good'],
  rejected: ['✗', 'rejected', 'bad'],
  noted: ['?', 'asked', 'open'],
  'waits-for-second': ['◆', 'waits for a second person', 'open'],
};

export function effectBadge(effect: Review['effect']): Html {
  return badge(...EFFECTS[effect]);
}

function badge(sign: string, word: string, tone: string): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${sign} </span>${word}</span>`;
}
