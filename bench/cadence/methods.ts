import { BAYWATCH } from './baselines/baywatch.ts';
import { ELASTIC } from './baselines/elastic.ts';
import { H_TEST } from './baselines/h-test.ts';
import { LOMB_SCARGLE } from './baselines/lomb-scargle.ts';
import { VARIATION } from './baselines/variation.ts';
import { OURS, RITA, type Method } from './method.ts';

/** Every method that the bench asks, ours first. */
export const METHODS: readonly Method[] = [OURS, RITA, VARIATION, LOMB_SCARGLE, BAYWATCH, H_TEST, ELASTIC];
