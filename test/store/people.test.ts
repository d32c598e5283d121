import { expect, it } from 'vitest';
import type { Role } from '../../orchestrator/contract/person.ts';
import {
  changePerson,
  createPerson,
  findPersonByName,
  findPersonBySubject,
  getPerson,
  listPeople,
} from '../../orchestrator/store/people.ts';
import { settingOrMade } from '../../orchestrator/store/settings.ts';
import { actorOfToken, listTokens, makeToken, revokeToken } from '../../orchestrator/store/tokens.ts';
import {
  actorOfWebSession,
  closeWebSession,
  makeSignInCode,
  openWebSession,
  redeemSignInCode,
} from '../../orchestrator/store/web-sessions.ts';
import { onEachLedger } from './each-ledger.ts';

const now = new Date('2026-06-01T12:00:00Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

onEachLedger('people', (desk) => {
  async function person(name: string, role: Role = 'admin'): Promise<string> {
    return (await createPerson(desk().ledger, { name, role })).id;
  }

  async function token(role: Role, of: string, expiresAt: Date | null = null) {
    return makeToken(desk().ledger, { person: of, name: 'ci', role, expiresAt });
  }

  it('are added, found by name or subject, changed, disabled and enabled', async () => {
    const { ledger } = desk();
    const made = await createPerson(ledger, { name: 'Ada', role: 'submitter', subject: 'https://id.example ada' });
    expect(made).toMatchObject({ name: 'Ada', role: 'submitter', disabledAt: null });
    expect(await findPersonBySubject(ledger, 'https://id.example ada')).toEqual(made);
    expect(await findPersonByName(ledger, 'Ada')).toEqual(made);
    expect(await findPersonByName(ledger, 'Nobody')).toBeNull();
    expect(await listPeople(ledger)).toContainEqual(made);
    expect(await changePerson(ledger, made.id, { role: 'reviewer' })).toMatchObject({
      role: 'reviewer',
      disabledAt: null,
    });
    const disabled = await changePerson(ledger, made.id, { disabled: true }, now);
    expect(disabled).toMatchObject({ role: 'reviewer', disabledAt: now.toISOString() });
    expect(await changePerson(ledger, made.id, { disabled: true }, later(9))).toEqual(disabled);
    expect((await changePerson(ledger, made.id, { disabled: false })).disabledAt).toBeNull();
    await expect(getPerson(ledger, 'usr-x\u001b')).rejects.toMatchObject({
      code: 'person-unknown',
      detail: 'usr-x\\u001b',
    });
  });

  it('are one person where two processes meet the same subject at once', async () => {
    const both = await Promise.all(
      [1, 2].map(() => createPerson(desk().ledger, { name: 'Bo', role: 'submitter', subject: 'issuer bo' })),
    );
    expect(both[0]).toEqual(both[1]);
  });

  it('come by token, with the lesser of their role and the token’s', async () => {
    const { ledger } = desk();
    for (const [has, carries, acts] of [
      ['admin', 'submitter', 'submitter'],
      ['submitter', 'admin', 'submitter'],
      ['reviewer', 'reviewer', 'reviewer'],
    ] as const) {
      const id = await person(`${has} with ${carries}`, has);
      const { secret, token: made } = await token(carries, id);
      expect(await actorOfToken(ledger, secret, now)).toEqual({
        person: id,
        name: `${has} with ${carries}`,
        role: acts,
        via: 'token',
        credential: made.id,
      });
    }
  });

  it('come no longer once the token has expired or was revoked, or they are disabled', async () => {
    const { ledger } = desk();
    const id = await person('Cy');
    const short = await token('admin', id, later(60));
    expect(await actorOfToken(ledger, short.secret, later(59))).not.toBeNull();
    expect(await actorOfToken(ledger, short.secret, later(60))).toBeNull();
    const long = await token('admin', id);
    expect((await revokeToken(ledger, long.token.id, now)).revokedAt).toBe(now.toISOString());
    expect((await revokeToken(ledger, long.token.id, later(5))).revokedAt).toBe(now.toISOString());
    expect(await actorOfToken(ledger, long.secret, now)).toBeNull();
    const third = await token('admin', id);
    await changePerson(ledger, id, { disabled: true });
    expect(await actorOfToken(ledger, third.secret, now)).toBeNull();
    await changePerson(ledger, id, { disabled: false });
    expect(await actorOfToken(ledger, third.secret, now)).not.toBeNull();
    await expect(revokeToken(ledger, 'tok-none', now)).rejects.toMatchObject({ code: 'token-unknown' });
    await expect(token('admin', 'usr-none')).rejects.toMatchObject({ code: 'person-unknown' });
  });

  it.each([
    '',
    'slt_',
    'slt_short',
    `slt_${'a'.repeat(43)}`,
    `SLT_${'a'.repeat(43)}`,
    "' or 1=1 --",
    `slt_${'é'.repeat(43)}`,
    '\u0000',
  ])('do not come by the token %j', async (secret) => {
    expect(await actorOfToken(desk().ledger, secret, now)).toBeNull();
    expect(await actorOfWebSession(desk().ledger, secret, now)).toBeNull();
  });

  it('have secrets that are nowhere in the ledger', async () => {
    const { ledger, sql } = desk();
    const id = await person('Di');
    const { secret, token: made } = await token('admin', id);
    expect(secret).toMatch(/^slt_[A-Za-z0-9_-]{43}$/);
    const session = await openWebSession(ledger, { person: id, role: 'admin', hours: 1, now });
    const code = await makeSignInCode(ledger, { person: id, minutes: 5, now });
    await actorOfToken(ledger, secret, now);
    for (const table of ['tokens', 'web_sessions', 'sign_in_codes', 'people', 'audit', 'custody']) {
      const text = JSON.stringify(await sql(`select * from sleeptalk.${table}`));
      for (const hidden of [secret, session.secret, session.csrf, code]) expect(text).not.toContain(hidden);
    }
    expect(JSON.stringify(await listTokens(ledger, { person: id }))).not.toContain('hash');
    expect(await listTokens(ledger, { person: id })).toEqual([{ ...made, lastUsedAt: now.toISOString() }]);
  });

  it('have the last use of a token noted, once a minute at most', async () => {
    const { ledger } = desk();
    const id = await person('Ed');
    const { secret } = await token('admin', id);
    const used: (string | null | undefined)[] = [];
    for (const seconds of [0, 59, 60]) {
      await actorOfToken(ledger, secret, later(seconds));
      used.push((await listTokens(ledger, { person: id }))[0]?.lastUsedAt);
    }
    expect(used).toEqual([now.toISOString(), now.toISOString(), later(60).toISOString()]);
  });

  it('come by session until it ends, with a form token that is its own', async () => {
    const { ledger } = desk();
    const id = await person('Fi');
    const open = { person: id, role: 'reviewer', hours: 1, now } as const;
    const [one, other] = [await openWebSession(ledger, open), await openWebSession(ledger, open)];
    const found = await actorOfWebSession(ledger, one.secret, later(3599));
    expect(found?.actor).toMatchObject({ person: id, name: 'Fi', role: 'reviewer', via: 'session' });
    expect(found?.csrf).toBe(one.csrf);
    expect(one.csrf).not.toBe(other.csrf);
    expect(await actorOfWebSession(ledger, one.secret, later(3600))).toBeNull();
    await closeWebSession(ledger, one.secret);
    expect(await actorOfWebSession(ledger, one.secret, now)).toBeNull();
    expect(await actorOfWebSession(ledger, other.secret, now)).not.toBeNull();
    await changePerson(ledger, id, { disabled: true });
    expect(await actorOfWebSession(ledger, other.secret, now)).toBeNull();
  });

  it('lose a session that was opened with a token when the token ends', async () => {
    const { ledger } = desk();
    const id = await person('Gu');
    const { token: made } = await token('admin', id, later(600));
    const open = { person: id, role: 'admin', hours: 1, now, token: made.id } as const;
    const { secret } = await openWebSession(ledger, open);
    expect(await actorOfWebSession(ledger, secret, later(599))).not.toBeNull();
    expect(await actorOfWebSession(ledger, secret, later(600))).toBeNull();
    await revokeToken(ledger, made.id, now);
    expect(await actorOfWebSession(ledger, secret, now)).toBeNull();
  });

  it('sign in by a code once, in time, and not when disabled', async () => {
    const { ledger } = desk();
    const id = await person('Hal');
    const make = () => makeSignInCode(ledger, { person: id, minutes: 5, now });
    const code = await make();
    const both = await Promise.all([1, 2].map(() => redeemSignInCode(ledger, code, now)));
    expect(both.filter((each) => each?.id === id)).toHaveLength(1);
    expect(await redeemSignInCode(ledger, code, now)).toBeNull();
    expect(await redeemSignInCode(ledger, await make(), later(300))).toBeNull();
    expect(await redeemSignInCode(ledger, 'no such code', now)).toBeNull();
    const last = await make();
    await changePerson(ledger, id, { disabled: true });
    expect(await redeemSignInCode(ledger, last, now)).toBeNull();
  });
});

onEachLedger('a setting', (desk) => {
  it('is made once, and the same for all who need it at once', async () => {
    let made = 0;
    const make = (): string => `value ${(made += 1)}`;
    const all = await Promise.all(Array.from({ length: 5 }, () => settingOrMade(desk().ledger, 'key', make)));
    expect(new Set(all).size).toBe(1);
    expect(await settingOrMade(desk().ledger, 'key', () => 'another')).toBe(all[0]);
    expect(await settingOrMade(desk().ledger, 'other key', () => 'another')).toBe('another');
  });
});
