/**
 * Every page and list of the service on a ledger of ten thousand submissions with their reports: milliseconds until the
 * whole answer is there, one request at a time.
 *
 * npx tsx bench/service/pages.ts [--rows 10000] [--times 20] [--ledger postgresql|embedded]
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { judgeOf } from '../../cli/judge.ts';
import { findHome } from '../../cli/home.ts';
import { openStand } from '../../cli/service.ts';
import { readConfig } from '../../orchestrator/config.ts';
import { runService } from '../../orchestrator/main.ts';
import { createPerson } from '../../orchestrator/store/people.ts';
import { openWebSession } from '../../orchestrator/store/web-sessions.ts';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { scratch, startPostgres } from '../../test/store/places.ts';
import { seed } from '../../test/store/seed.ts';
import { misused, whole } from '../cadence/measure/options.ts';
import { quantile } from './client.ts';
import { giveLargeReports } from './large-report.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    times: { type: 'string', default: '20' },
    ledger: { type: 'string', default: 'postgresql' },
  },
});
const rows = whole(values.rows, '--rows');
const times = whole(values.times, '--times');
if (!['postgresql', 'embedded'].includes(values.ledger)) misused('--ledger is postgresql or embedded.');

const stopping = new AbortController();
const { signal } = stopping;
await using place = await scratch();
await using postgres = values.ledger === 'postgresql' ? await startPostgres() : null;
const environment = {
  ...(postgres === null ? {} : { DATABASE_URL: postgres.url }),
  SLEEPTALK_HOME: place.directory,
  SLEEPTALK_LISTEN: '127.0.0.1:0',
  SLEEPTALK_RATE_PER_MINUTE: '1000000',
  SLEEPTALK_LOG_LEVEL: 'error',
};
const home = findHome(environment);
const config = readConfig(environment);

// The first opening brings the schema; then the rows, by SQL; then the service.
await using first = await openStand(home, { environment, signal, warn: console.error, leftovers: 'resume' });
await first[Symbol.asyncDispose]();
{
  const where = postgres === null ? { directory: home.ledger } : { url: postgres.url };
  await using database = await openDatabase({ ...where, signal });
  await seed(database.pool, rows);
}
await using stand = await openStand(home, { environment, signal, warn: console.error, leftovers: 'resume' });
const [before, after] = await giveLargeReports(stand.ledger, stand.files, place.directory, rows, signal);
const log = pino({ level: config.SLEEPTALK_LOG_LEVEL });
const judge = judgeOf(await loadProfiles());
const running = await runService(
  { ...stand, config, judge, engineVersion: '0.0.0-bench', log, now: () => new Date() },
  { signal },
);
const person = await createPerson(stand.ledger, { name: 'bench', role: 'admin' });
const session = await openWebSession(stand.ledger, { person: person.id, role: 'admin', hours: 1, now: new Date() });
const headers = { cookie: `sleeptalk_session=${session.secret}` };

const middle = Math.trunc(rows / 2);
const PATHS = [
  '/',
  '/submissions',
  '/submissions?state=done',
  '/submissions?review=waiting',
  '/submissions?verdict=inconsistent',
  `/submissions?package=org.vendor7.app`,
  '/submissions?host=everywhere.example',
  '/submissions?text=number%204321',
  `/submissions/sub-seed-${middle + 1}`,
  `/reports/${before}`,
  `/reports/${before}/compare/${after}`,
  '/allowlist',
  '/allowlist?text=vendor7',
  '/devices',
  '/audit',
  '/people',
  '/submit',
  '/shortcuts',
  '/api/v1/submissions',
  '/api/v1/submissions?review=waiting&order=oldest',
  '/api/v1/submissions?host=api1.vendor7.everywhere.example',
  '/api/v1/allowlist',
  `/api/v1/reports/${before}`,
  '/metrics',
];
const table: { path: string; status: number; median: number; worst: number }[] = [];
for (const path of PATHS) {
  const taken: number[] = [];
  let status = 0;
  for (let time = 0; time <= times; time += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${running.address}${path}`, { headers });
    await response.arrayBuffer();
    status = response.status;
    if (time > 0) taken.push(performance.now() - startedMs); // the first one also loads what the page needs
  }
  table.push({ path, status, median: Math.round(quantile(taken, 0.5)), worst: Math.round(Math.max(...taken)) });
}
// Pages deep in the list, as someone who follows "older" again and again.
let cursor: string | null = null;
const deep: number[] = [];
for (let page = 0; page < 100; page += 1) {
  const startedMs = performance.now();
  const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const response = await fetch(`${running.address}/api/v1/submissions${query}`, { headers });
  const body = (await response.json()) as { next: string | null };
  deep.push(performance.now() - startedMs);
  cursor = body.next;
  if (cursor === null) break;
}
const pagesRead = `${deep.length} pages of the list, one after another`;
table.push({
  path: pagesRead,
  status: 200,
  median: Math.round(quantile(deep, 0.5)),
  worst: Math.round(Math.max(...deep)),
});
console.log(`${rows} submissions, ${values.ledger}; milliseconds`);
console.table(table);
stopping.abort();
await running.ended;
if (table.some(({ worst, status }) => worst > 200 || status !== 200)) process.exitCode = 1;
