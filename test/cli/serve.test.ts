import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thisProcess } from '../../orchestrator/store/process-lock.ts';
import { openDesk, type Desk } from '../support/command.ts';
import { redisServer, startRedis } from '../store/places.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/bin/sleeptalk.mjs', import.meta.url));
let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** The one line on stderr that is the error; there is no stack trace, whatever went wrong. */
function errorOf(err: string): string {
  expect(err).not.toMatch(/^\s+at /m);
  const lines = err.split('\n').filter((line) => line.startsWith('sleeptalk: '));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('serve says in one sentence why it does not start', () => {
  it.each([
    ['a setting that is none', { SLEEPTALK_RATE_PER_MINUTE: 'many' }, 2, /config-invalid: SLEEPTALK_RATE_PER_MINUTE: /],
    [
      'places that are none',
      { SLEEPTALK_DEVICES: 'simulated' },
      2,
      /config-invalid: SLEEPTALK_DEVICES: simulated: expected CLASS:PLACES/,
    ],
    [
      'a ledger that is no address',
      { DATABASE_URL: 'mysql://x' },
      2,
      /usage: the environment variable DATABASE_URL is not valid/,
    ],
    [
      'a ledger that does not answer',
      { DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:1/none' },
      1,
      /ledger-failed: PostgreSQL at 127\.0\.0\.1:1\/none: /,
    ],
    [
      'a secret that is said twice',
      { SLEEPTALK_WEBHOOK_SECRET: 'x'.repeat(32), SLEEPTALK_WEBHOOK_SECRET_FILE: '/dev/null' },
      2,
      /config-invalid: .*both set/,
    ],
  ])('%s', async (_what, environment, status, expected) => {
    const ran = await desk.run(['serve', '--worker', '--listen', '127.0.0.1:0'], environment);
    expect(ran.status).toBe(status);
    expect(errorOf(ran.err)).toMatch(expected);
    expect(ran.err).not.toContain('hidden');
  });

  it('an address that is none', async () => {
    const ran = await desk.run(['serve', '--listen', 'everywhere']);
    expect(ran.status).toBe(2);
    expect(ran.err).toContain('expected HOST:PORT');
  });

  it('a port that another program has; everything that was opened is closed again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const home = { SLEEPTALK_HOME: desk.path('port') };
    const first = await desk.run(['serve', '--listen', `127.0.0.1:${port}`], home);
    expect(first.status).toBe(1);
    expect(errorOf(first.err)).toBe(`sleeptalk: port-busy: 127.0.0.1:${port}: another program listens there`);
    // A ledger that had been left open would now be said to be busy.
    const second = await desk.run(['serve', '--listen', `127.0.0.1:${port}`], home);
    expect(errorOf(second.err)).toContain('port-busy');
    other.close();
  });

  it('a home that another process has', async () => {
    const home = desk.path('busy');
    await mkdir(`${home}/ledger`, { recursive: true });
    await writeFile(`${home}/ledger/lock.json`, JSON.stringify(await thisProcess()));
    const ran = await desk.run(['serve', '--listen', '127.0.0.1:0'], { SLEEPTALK_HOME: home });
    expect(ran.status).toBe(1);
    expect(errorOf(ran.err)).toMatch(/ledger-busy: /);
  });

  it.skipIf(redisServer === undefined)('a Redis that would drop jobs, with the remedy', async () => {
    await using redis = await startRedis('allkeys-lru');
    const home = { SLEEPTALK_HOME: desk.path('redis'), REDIS_URL: redis.url };
    const ran = await desk.run(['serve', '--listen', '127.0.0.1:0'], home);
    expect(ran.status).toBe(1);
    expect(errorOf(ran.err)).toMatch(
      /queue-failed: Redis at .* has maxmemory-policy allkeys-lru: set it to noeviction/,
    );
  });
});

describe('worker', () => {
  it('says that it needs the ledger of a service', async () => {
    const ran = await desk.run(['worker']);
    expect(ran.status).toBe(2);
    expect(errorOf(ran.err)).toMatch(/usage: a worker needs the ledger of a service: set DATABASE_URL/);
  });
});

describe('serve --worker on a machine without set-up', () => {
  it('answers, offers one sign-in link, serves simulated handsets, and ends in order on SIGTERM', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'serve', '--worker', '--listen', '127.0.0.1:0'], {
      env: { ...process.env, SLEEPTALK_HOME: desk.path('laptop'), DATABASE_URL: '', REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      let words = '';
      let log = '';
      child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
      child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
      await expect.poll(() => words, { timeout: 50_000 }).toMatch(/^ready after/m);
      const address = /^listening on (\S+)$/m.exec(words)?.[1] ?? '';
      const link = /^sign in, once, within 15 minutes: (\S+)$/m.exec(words)?.[1] ?? '';
      expect(link.startsWith(`${address}/sign-in?code=`)).toBe(true);
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      const first = await fetch(link, { redirect: 'manual' });
      expect(first.headers.get('set-cookie')).toMatch(/^sleeptalk_session=.+HttpOnly/);
      const second = await fetch(link, { redirect: 'manual' });
      expect(second.headers.get('set-cookie')).toBeNull();
      const cookie = /^[^;]+/.exec(first.headers.get('set-cookie') ?? '')?.[0] ?? '';
      const devices = (await (await fetch(`${address}/api/v1/devices`, { headers: { cookie } })).json()) as unknown;
      expect(JSON.stringify(devices)).toContain('"class":"simulated"');
      expect(log + words.replace(link, '')).not.toContain(new URL(link).searchParams.get('code'));
      child.kill('SIGTERM');
      const [status] = (await once(child, 'exit')) as [number | null];
      expect(status).toBe(0);
      expect(words).toMatch(/^stopped$/m);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
