import { expect, test } from 'vitest';
import { lookUp } from '../../orchestrator/contract/look-up.ts';

test('a name from outside finds own entries only', () => {
  const table = { tcp: 6 };
  expect(lookUp(table, 'tcp')).toBe(6);
  for (const name of ['udp', 'toString', 'constructor', '__proto__']) expect(lookUp(table, name)).toBeUndefined();
});
