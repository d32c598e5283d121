import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** What the ledger says after all: read past the service, so that it cannot flatter itself. */
export interface Tally {
  readonly submissions: number;
  readonly states: Readonly<Record<string, number>>;
  readonly reports: number;
  /** Finished submissions without a report, and with more than one. */
  readonly withoutReport: number;
  readonly doubled: number;
  /** Why submissions failed, if any did. */
  readonly faults: readonly string[];
}

export async function tally(databaseUrl: string): Promise<Tally> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // the query that runs rejects with the same error
  await client.connect();
  try {
    const states = await client.query<{ state: string; count: string }>(
      'select state, count(*) from sleeptalk.submissions group by state',
    );
    const each = await client.query<{ reports: string; count: string }>(
      `select reports, count(*) from (
         select s.id, count(r.id) as reports from sleeptalk.submissions s
         left join sleeptalk.reports r on r.submission = s.id where s.state = 'done' group by s.id) as per
       group by reports`,
    );
    const faults = await client.query<{ words: string }>(
      `select distinct fault_code || ': ' || fault_detail as words from sleeptalk.submissions
       where fault_code is not null limit 20`,
    );
    const byReports = each.rows.map((row) => [Number(row.reports), Number(row.count)] as const);
    const sum = (rows: readonly (readonly [number, number])[]): number => rows.reduce((all, [, n]) => all + n, 0);
    return {
      submissions: states.rows.reduce((all, row) => all + Number(row.count), 0),
      states: Object.fromEntries(states.rows.map((row) => [row.state, Number(row.count)])),
      reports: byReports.reduce((all, [reports, count]) => all + reports * count, 0),
      withoutReport: sum(byReports.filter(([reports]) => reports === 0)),
      doubled: sum(byReports.filter(([reports]) => reports > 1)),
      faults: faults.rows.map(({ words }) => words),
    };
  } finally {
    await client.end();
  }
}

const ENDED = ['done', 'failed', 'cancelled', 'crashed'];

/** Waits until no submission is under way any more, saying how far it is; a database that is away is asked again. */
export async function untilEnded(databaseUrl: string, seconds: number, say: (line: string) => void): Promise<Tally> {
  const endMs = performance.now() + seconds * 1000;
  for (;;) {
    const now = await tally(databaseUrl).catch(() => null); // away for the moment
    if (now !== null) {
      const open = Object.entries(now.states).filter(([state]) => !ENDED.includes(state));
      if (open.length === 0) return now;
      say(JSON.stringify(now.states));
      if (performance.now() > endMs) return now;
    }
    await delay(5_000);
  }
}
