/** The development set: for work on the judge. */
import type { Family } from '../scenario.ts';
import { BENIGN } from './benign.ts';
import { BENIGN_SDK } from './benign-sdk.ts';
import { BEYOND } from './beyond.ts';
import { ESCAPING } from './escaping.ts';
import { HARMFUL } from './harmful.ts';
import { UNSEEN } from './unseen.ts';

export const DEVELOPMENT: readonly Family[] = [...BENIGN, ...BENIGN_SDK, ...HARMFUL, ...ESCAPING, ...BEYOND, ...UNSEEN];
