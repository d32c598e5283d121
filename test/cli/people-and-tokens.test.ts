import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk, type Desk } from '../support/command.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

async function lines(...args: readonly string[]): Promise<string[]> {
  const ran = await desk.run(args);
  expect(ran, ran.err).toMatchObject({ status: 0 });
  return ran.out.split('\n').filter((line) => line !== '');
}

describe('people and tokens, by hand', () => {
  it('a token is printed once, listed without its secret, and ended; each act is in the audit log', async () => {
    const [person] = await lines('person', 'add', '--name', 'N. N.', '--role', 'reviewer');
    expect(person).toMatch(/^usr-/);
    const [secret] = await lines('token', 'create', '--person', 'N. N.', '--role', 'reviewer', '--days', '90');
    expect(secret).toMatch(/^slt_[A-Za-z0-9_-]{43}$/);
    const [listed] = await lines('token', 'list', '--json');
    expect(listed).not.toContain(secret);
    const token = JSON.parse(listed ?? '') as { id: string; person: string; expiresAt: string };
    expect(token).toMatchObject({ person, role: 'reviewer', name: 'command line', revokedAt: null });
    expect(Date.parse(token.expiresAt) - Date.now()).toBeGreaterThan(89 * 86_400_000);
    expect(await lines('token', 'revoke', token.id)).toEqual([expect.stringContaining('revoked 2') as string]);
    const acts = (await lines('audit', 'list', '--json')).map(
      (line) => JSON.parse(line) as { act: string; who: string },
    );
    expect(acts.map(({ act }) => act)).toEqual(['revoked-token', 'made-token', 'added-person']);
    expect(JSON.stringify(acts)).not.toContain(secret);
    expect(await lines('audit', 'verify')).toEqual([
      expect.stringMatching(/^whole: 3 entries, head [0-9a-f]{64}$/) as string,
    ]);
  });

  it('a token for a name that nobody has adds that person, and says so', async () => {
    const ran = await desk.run(['token', 'create', '--person', 'ci']);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.err).toContain('note: ci was added as submitter');
    expect(await lines('person', 'list')).toContainEqual(expect.stringMatching(/submitter\s+ci$/));
  });

  it('hostile names are inert', async () => {
    await lines('person', 'add', '--name', 'x\u001b[31m\u202egpj');
    expect((await lines('person', 'list')).join('\n')).toContain('x\\u001b[31m\\u202egpj');
  });

  it.each([
    [['person', 'add', '--name', 'ci'], 2, /there is a person named ci already/],
    [['person', 'add', '--name', 'x', '--role', 'king'], 2, /Allowed choices are submitter, reviewer, admin/],
    [['token', 'create', '--person', 'usr-none'], 2, /person-unknown/],
    [['token', 'revoke', 'tok-none'], 2, /token-unknown/],
  ])('%j is refused', async (args, status, expected) => {
    const ran = await desk.run(args);
    expect(ran).toMatchObject({ status, out: '' });
    expect(ran.err).toMatch(expected);
  });
});

describe('retention', () => {
  it('says what would go, and removes only with --apply', async () => {
    expect(await lines('retention')).toEqual([
      '0 files of 0 bytes, and 0 progress events, would be removed',
      '0 files of 0 bytes that no submission, artefact or report names, a day old or older, too',
      'nothing was removed: --apply does it',
    ]);
    expect(await lines('retention', '--apply')).toEqual([
      'removed 0 files of 0 bytes, each found absent afterwards',
      'ended 0 uses and removed 0 progress events',
      'removed 0 files of 0 bytes that nothing named',
    ]);
  });
});
