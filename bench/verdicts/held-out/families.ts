import type { Family } from '../scenario.ts';
export const HELD_OUT: readonly Family[] = [];
