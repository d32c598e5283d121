import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findHome } from '../../cli/home.ts';
import { openLog } from '../../cli/log.ts';

describe('the log of the service', () => {
  it('is lines of JSON on stdout, without what signs a person in and without anything that drives a terminal', () => {
    const lines: string[] = [];
    const out = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
    const err = new Writable({ write: (_chunk, _encoding, done) => done() });
    const { log, place } = openLog({ out, err }, findHome({}), 'info');
    log.info({ token: 'slt_1', person: 'usr-1', headers: { authorization: 'Bearer slt_2' } }, 'x\u001b[31m');
    log.info({ request: { headers: { cookie: 'slt_3', 'set-cookie': 'slt_4', host: 'h' }, secret: 'slt_5' } });
    log.warn({ fault: { code: 'ledger-failed', detail: 'away' }, query: { code: 'slt_6' }, code: 'slt_7' });
    log.debug('not shown');
    expect(place).toBe('stdout');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toMatch(/slt_|\u001b/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ person: 'usr-1', token: '[redacted]', msg: 'x\u001b[31m' });
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ level: 'warn', fault: { code: 'ledger-failed' } });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ request: { headers: { host: 'h' } } });
  });
});
