import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

const shared = { testTimeout: 60_000, hookTimeout: 90_000, pool: 'forks' } as const;

/**
 * Two groups, one after the other: the parts side by side, then whole device sessions one at a time, since a session
 * runs on a clock that is many times faster than real time and wants the machine to itself.
 */
export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/end-to-end/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'end to end',
          include: ['test/end-to-end/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
