/**
 * The same load while PostgreSQL and Redis are each stopped for half a minute and killed once: what was accepted must all
 * be judged, once, without a hand. Meanwhile the service must answer with problems, not with silence.
 *
 * npx tsx bench/service/outages.ts [--submissions 600] [--clients 10] [--pause 2500] [--seconds 30]
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { scratch } from '../../test/store/places.ts';
import { postgresToTakeAway, redisToTakeAway, type Server } from '../../test/store/servers.ts';
import { whole } from '../cadence/measure/options.ts';
import { byClients, quantile, submitOne, type Answer, type Upload } from './client.ts';
import { startFleet } from './fleet.ts';
import { smallApks } from './small-apks.ts';
import { untilEnded } from './tally.ts';

const { values } = parseArgs({
  options: {
    submissions: { type: 'string', default: '600' },
    clients: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    pause: { type: 'string', default: '2500' },
    verbose: { type: 'boolean', default: false },
  },
});
const awayMs = whole(values.seconds, '--seconds') * 1000;
const pauseMs = whole(values.pause, '--pause', 0);
const say = (line: string): void => console.error(line);

const apks = smallApks(whole(values.submissions, '--submissions'), 'outage');
await using place = await scratch();
await using postgres = await postgresToTakeAway();
await using redis = await redisToTakeAway();
await using fleet = await startFleet({
  home: `${place.directory}/home`,
  databaseUrl: postgres.url,
  redisUrl: redis.url,
  workers: 2,
  workersNice: 5,
  log: values.verbose ? say : () => undefined,
});

/** Statuses of uploads and of /readyz while something is away. */
const seen = new Map<string, { posts: Record<string, number>; ready: Record<string, number> }>();
let now = 'all there';
const waits: number[] = [];

/** As a client of sense does: what was not accepted is sent again, after a while. */
async function untilAccepted(apk: Upload): Promise<string | null> {
  await delay(-pauseMs * Math.log(1 - Math.random())); // exponential: uploads come at any time
  for (let times = 0; times < 200; times += 1) {
    const answer: Answer = await submitOne(fleet.address, fleet.token, apk);
    count('posts', answer.status === 503 ? `503 ${answer.code}` : `${answer.status}`);
    if (now !== 'all there') waits.push(answer.milliseconds);
    if (answer.id !== null && answer.status < 300) return answer.id;
    await delay(1_000);
  }
  return null;
}

function count(what: 'posts' | 'ready', status: string): void {
  const during = seen.get(now) ?? { posts: {}, ready: {} };
  during[what][status] = (during[what][status] ?? 0) + 1;
  seen.set(now, during);
}

async function watchReadiness(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const status = await fetch(`${fleet.address}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => `${response.status}`,
      () => 'no answer',
    );
    count('ready', status);
    await delay(1_000, undefined, { signal }).catch(() => undefined); // the watching ends
  }
}

async function away(what: string, server: Server, ms: number): Promise<void> {
  await delay(5_000);
  now = what;
  say(what);
  await server.kill(); // by SIGKILL also where it is to be away for long: nothing is said goodbye to
  await delay(ms);
  await server.start();
  now = 'coming back';
  await delay(8_000);
  now = 'all there';
}

const over = new AbortController();
const watching = watchReadiness(over.signal);
const accepting = byClients(Number(values.clients), apks, untilAccepted);
await away('redis away', redis, awayMs);
await away('postgresql away', postgres, awayMs);
await away('redis killed and started again', redis, 0);
await away('postgresql killed and started again', postgres, 0);
const ids = await accepting;
const ended = await untilEnded(postgres.url, 1800, say);
over.abort();
await watching;

const result = {
  submissions: apks.length,
  distinctIds: new Set(ids).size,
  during: Object.fromEntries(seen),
  answeredWithinMs: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), most: Math.max(...waits) },
  ledger: ended,
};
console.log(JSON.stringify(result, null, 2));
const isWhole = new Set(ids).size === apks.length && !ids.includes(null) && ended.reports === apks.length;
if (!isWhole || ended.doubled > 0 || ended.states['done'] !== apks.length) process.exitCode = 1;
