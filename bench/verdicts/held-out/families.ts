/** The held-out set: it decides. Other combinations and other parameters than the development set; never tune on it. */
import type { Family } from '../scenario.ts';
import { BENIGN } from './benign.ts';
import { HARMFUL } from './harmful.ts';
import { UNSEEN } from './unseen.ts';

export const HELD_OUT: readonly Family[] = [...BENIGN, ...HARMFUL, ...UNSEEN];
