/**
 * Submissions of small APKs from many clients at once, against a service and two workers, each its own process, on
 * private servers of PostgreSQL and Redis. Device sessions are recorded ones; the rest is real.
 *
 * Each client waits `--pause` milliseconds on average (exponential) between an answer and its next upload; with 0 it never
 * waits, and the service is busy without end. The first `--warm` uploads are made and counted, but not timed: a service that
 * was just started is still compiling its code.
 *
 * npx tsx bench/service/load.ts [--submissions 2000] [--warm 0] [--clients 50] [--pause 1000] [--workers 2] [--nice 10] [--queue redis|postgresql]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { scratch, startPostgres, startRedis } from '../../test/store/places.ts';
import { misused, whole } from '../cadence/measure/options.ts';
import { cpuMs } from './cpu-time.ts';
import { byClients, quantile, submitOne, type Answer, type Upload } from './client.ts';
import { startFleet } from './fleet.ts';
import { smallApks } from './small-apks.ts';
import { untilEnded } from './tally.ts';

const { values } = parseArgs({
  options: {
    submissions: { type: 'string', default: '2000' },
    warm: { type: 'string', default: '0' },
    clients: { type: 'string', default: '50' },
    pause: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '2' },
    nice: { type: 'string', default: '10' },
    queue: { type: 'string', default: 'redis' },
    verbose: { type: 'boolean', default: false },
  },
});
const count = whole(values.submissions, '--submissions');
const warm = whole(values.warm, '--warm', 0);
const pauseMs = whole(values.pause, '--pause', 0);
const clients = whole(values.clients, '--clients');
const workers = whole(values.workers, '--workers');
const workersNice = whole(values.nice, '--nice', 0);
if (!['redis', 'postgresql'].includes(values.queue)) misused('--queue is redis or postgresql.');
const say = (line: string): void => console.error(line);

say(`writing ${warm + count} APKs`);
const apks = smallApks(warm + count, 'load');
await using place = await scratch();
await using postgres = await startPostgres();
await using redis = values.queue === 'redis' ? await startRedis() : null;
say('starting the service and its workers');
await using fleet = await startFleet({
  home: place.directory,
  databaseUrl: postgres.url,
  redisUrl: redis?.url ?? null,
  workers,
  workersNice,
  log: values.verbose ? say : (line) => /error|fatal/i.test(line) && say(line),
});

say(`${clients} clients submit`);
const upload = async (apk: Upload): Promise<Answer> => {
  if (pauseMs > 0) await delay(-pauseMs * Math.log(1 - Math.random()));
  return submitOne(fleet.address, fleet.token, apk);
};
const untimed = await byClients(clients, apks.slice(0, warm), upload);
const cpuBefore = cpuOfAll();
const startedMs = performance.now();
const timed = await byClients(clients, apks.slice(warm), upload);
const seconds = (performance.now() - startedMs) / 1000;
const cpuAfter = cpuOfAll();
const again = await byClients(clients, apks.slice(0, 200), (apk) => submitOne(fleet.address, fleet.token, apk));
const ended = await untilEnded(postgres.url, 1800, say);
const wholeSeconds = (performance.now() - startedMs) / 1000;

const answers = [...untimed, ...timed];
const times = timed.map(({ milliseconds }) => milliseconds);
const ids = new Set(answers.map(({ id }) => id));
const statuses: Record<string, number> = {};
for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
const result = {
  queue: values.queue,
  submissions: answers.length,
  untimed: warm,
  clients,
  pauseMs,
  statuses,
  distinctIds: ids.size,
  repeatedGiveSameId: again.every((one, index) => one.status === 200 && one.id === answers[index]?.id),
  postMs: {
    p50: quantile(times, 0.5),
    p90: quantile(times, 0.9),
    p99: quantile(times, 0.99),
    most: Math.max(...times),
  },
  postsASecond: count / seconds,
  cpuMsAPost: Object.fromEntries(
    Object.entries(cpuAfter).map(([name, ms]) => [name, Number(((ms - (cpuBefore[name] ?? 0)) / count).toFixed(2))]),
  ),
  secondsToLastReport: wholeSeconds,
  ledger: ended,
};
console.log(JSON.stringify(result, null, 2));
const isWhole =
  ids.size === answers.length && [ended.submissions, ended.states['done'], ended.reports].every((n) => n === ids.size);
if (!isWhole || ended.doubled > 0 || !result.repeatedGiveSameId) process.exitCode = 1;

/** CPU time so far of the service, its workers and the clients, which are this process; NaN where the system does not say. */
function cpuOfAll(): Record<string, number> {
  const [service, ...workers] = fleet.processes.map(({ pid }) => cpuMs(pid) ?? Number.NaN);
  return {
    service: service ?? Number.NaN,
    workers: workers.reduce((sum, ms) => sum + ms, 0),
    clients: cpuMs(process.pid) ?? Number.NaN,
  };
}
