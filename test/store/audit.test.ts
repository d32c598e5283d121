import { expect, it } from 'vitest';
import { appendAudit, auditHash, listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { inTransaction } from '../../orchestrator/store/custody.ts';
import { onEachLedger } from './each-ledger.ts';

const signal = new AbortController().signal;

onEachLedger('the audit log', (desk) => {
  /** Runs SQL with the triggers of the log off, as one who owns the database could. */
  async function tamper(...commands: string[]): Promise<void> {
    await desk().sql('alter table sleeptalk.audit disable trigger all');
    for (const command of commands) await desk().sql(command);
    await desk().sql('alter table sleeptalk.audit enable trigger all');
  }

  async function append(count: number): Promise<number> {
    let seq = 0;
    for (let n = 0; n < count; n += 1) {
      ({ seq } = await appendAudit(desk().ledger, { who: 'usr-a', act: 'tested', subject: null, detail: { n } }));
    }
    return seq;
  }

  it('chains each entry to the one before it, and holds', async () => {
    const before = (await listAudit(desk().ledger, { most: 1 })).items[0];
    const { ledger } = desk();
    const first = await appendAudit(ledger, {
      who: 'usr-a',
      act: 'submitted',
      subject: 'sub-1',
      detail: { b: 1, a: [2] },
    });
    const second = await appendAudit(ledger, { who: 'usr-b', act: 'reviewed', subject: null });
    expect(first.previous).toBe(before?.hash ?? '0'.repeat(64));
    expect(second.previous).toBe(first.hash);
    const { hash, ...content } = first;
    expect(auditHash(content)).toBe(hash);
    expect(auditHash({ ...content, detail: { a: [2], b: 1 } })).toBe(hash);
    expect(auditHash({ ...content, who: 'usr-b' })).not.toBe(hash);
    expect((await listAudit(ledger, { most: 2 })).items).toEqual([second, first]);
    await expect(verifyAudit(ledger, { signal })).resolves.toEqual({ entries: second.seq, head: second.hash });
  });

  it('keeps hostile text as it came, and hashes what it keeps', async () => {
    const detail = { note: 'a\u0000b', half: '\ud800', mark: '\u202e', __proto__x: 1.5, big: 1e21, none: undefined };
    const entry = await appendAudit(desk().ledger, { who: 'evil\u0000\ud800', act: 'x', subject: '\u0000', detail });
    expect(entry.who).toBe('evil\ufffd\ufffd');
    const [kept] = (await listAudit(desk().ledger, { most: 1 })).items;
    expect(kept).toEqual(entry);
    expect(kept?.detail).toMatchObject({ note: 'a\u0000b', half: '\ud800', mark: '\u202e', big: 1e21 });
    await expect(verifyAudit(desk().ledger, { signal })).resolves.toMatchObject({ head: entry.hash });
  });

  it('stays whole when fifty append at once, some of them in transactions that fail', async () => {
    const before = await append(1);
    const { ledger } = desk();
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        inTransaction(ledger, async (inside) => {
          await appendAudit(inside, { who: `usr-${n}`, act: 'raced', subject: null });
          if (n % 5 === 0) throw new Error('changed its mind');
        }),
      ),
    );
    expect(all.filter((each) => each.status === 'fulfilled')).toHaveLength(40);
    await expect(verifyAudit(ledger, { signal })).resolves.toMatchObject({ entries: before + 40 });
  });

  it('gives each entry once, page by page, newest first', async () => {
    const last = await append(5);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(desk().ledger, { cursor, most: 7 });
      seen.push(...page.items.map((each) => each.seq));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => last - index));
    await expect(listAudit(desk().ledger, { cursor: '1; drop table' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses to be changed, shortened or emptied', async () => {
    await append(1);
    for (const command of [
      `update sleeptalk.audit set who = 'usr-z'`,
      'delete from sleeptalk.audit',
      'truncate sleeptalk.audit',
      'delete from sleeptalk.audit_head',
    ]) {
      await expect(desk().sql(command)).rejects.toThrow('never changed or deleted');
    }
  });

  it('tells of progress, and stops when told to', async () => {
    const entries = await append(1);
    const told: number[] = [];
    await verifyAudit(desk().ledger, { signal, onProgress: (count) => void told.push(count) });
    expect(told).toEqual([entries]);
    await expect(verifyAudit(desk().ledger, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  const broken = (detail: string) => ({ code: 'audit-broken', detail });

  it('names an entry that was tampered with, even where its own hash was made anew', async () => {
    const last = await append(4);
    const seq = last - 2;
    const [row] = await desk().sql('select who, hash from sleeptalk.audit where seq = $1', [seq]);
    await tamper(`update sleeptalk.audit set who = 'usr-z' where seq = ${seq}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(
      broken(`entry ${seq} is not as it was written`),
    );
    const forged = (await listAudit(desk().ledger, { cursor: String(seq + 1), most: 1 })).items[0];
    if (forged === undefined) throw new Error('the entry is gone');
    const { hash: _old, ...content } = forged;
    await tamper(`update sleeptalk.audit set hash = '${auditHash(content)}' where seq = ${seq}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(
      broken(`entry ${seq + 1} does not follow the one before it`),
    );
    await tamper(
      `update sleeptalk.audit set who = '${String(row?.['who'])}', hash = '${String(row?.['hash'])}' where seq = ${seq}`,
    );
    await expect(verifyAudit(desk().ledger, { signal })).resolves.toMatchObject({ entries: last });
  });

  it('names an entry whose detail is no longer JSON', async () => {
    const seq = await append(1);
    const [row] = await desk().sql('select detail from sleeptalk.audit where seq = $1', [seq]);
    await tamper(`update sleeptalk.audit set detail = '{' where seq = ${seq}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(
      broken(`entry ${seq} is not as it was written`),
    );
    await tamper(`update sleeptalk.audit set detail = '${String(row?.['detail'])}' where seq = ${seq}`);
  });

  it('names entries that changed places', async () => {
    const last = await append(4);
    const [one, other] = [last - 2, last - 1];
    const swap = [
      `update sleeptalk.audit set seq = 1000000 where seq = ${one}`,
      `update sleeptalk.audit set seq = ${one} where seq = ${other}`,
      `update sleeptalk.audit set seq = ${other} where seq = 1000000`,
    ];
    await tamper(...swap);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(
      broken(`entry ${one} does not follow the one before it`),
    );
    await tamper(...swap);
    await expect(verifyAudit(desk().ledger, { signal })).resolves.toMatchObject({ entries: last });
  });

  it('names the newest entry where another stands in its place, though it fits the chain', async () => {
    const seq = await append(2);
    const [newest] = (await listAudit(desk().ledger, { most: 1 })).items;
    if (newest === undefined) throw new Error('the entry is gone');
    const { hash, ...content } = newest;
    const forged = auditHash({ ...content, who: 'usr-z' });
    await tamper(`update sleeptalk.audit set who = 'usr-z', hash = '${forged}' where seq = ${seq}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(
      broken(`entry ${seq} is not the one that was written last`),
    );
    await tamper(`update sleeptalk.audit set who = '${content.who}', hash = '${hash}' where seq = ${seq}`);
  });

  it('names an entry that was removed, in the middle and at the end', async () => {
    const last = await append(4);
    await tamper(`delete from sleeptalk.audit where seq = ${last}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(broken(`entry ${last} is missing`));
    await tamper(`delete from sleeptalk.audit where seq = ${last - 2}`);
    await expect(verifyAudit(desk().ledger, { signal })).rejects.toMatchObject(broken(`entry ${last - 2} is missing`));
  });
});
