import { expect, it, vi } from 'vitest';
import { shared } from '../../orchestrator/api/shared.ts';

/** Asks that are answered when the test says so. */
function asks() {
  const open: { key: string; resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  const ask = shared((key) => new Promise<string>((resolve, reject) => open.push({ key, resolve, reject })), 0);
  return { ask, open };
}
/** Until a question was asked of which the test knows that it comes. */
const asked = (open: unknown[], count: number) => vi.waitFor(() => expect(open).toHaveLength(count));

it('asks once for all who come while it is asked, and never gives them the answer of an earlier question', async () => {
  const { ask, open } = asks();
  const first = ask('a');
  const later = [ask('a'), ask('a'), ask('a')];
  expect(open).toHaveLength(1);
  open[0]!.resolve('valid');
  await expect(first).resolves.toBe('valid');
  await asked(open, 2);
  open[1]!.resolve('revoked');
  await expect(Promise.all(later)).resolves.toEqual(['revoked', 'revoked', 'revoked']);
});

it('asks for different keys at the same time', async () => {
  const { ask, open } = asks();
  const both = [ask('a'), ask('b')];
  expect(open.map(({ key }) => key)).toEqual(['a', 'b']);
  for (const one of open) one.resolve(one.key);
  await expect(Promise.all(both)).resolves.toEqual(['a', 'b']);
});

it('asks anew after a failure, which only those are told who waited for it', async () => {
  const { ask, open } = asks();
  const first = ask('a');
  const second = ask('a');
  open[0]!.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await asked(open, 2);
  open[1]!.resolve('here');
  await expect(second).resolves.toBe('here');
  const third = ask('a');
  expect(open).toHaveLength(3);
  open[2]!.resolve('still');
  await expect(third).resolves.toBe('still');
});
