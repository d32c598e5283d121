import type { SqlPool } from '../../orchestrator/store/pglite-pool.ts';

/** Person of the seed who submitted only every thousandth. */
export const RARE = 'usr-rare';
/** Person who submitted half of all. */
export const BUSY = 'usr-busy';
export const HOSTS_EACH = 8;

/**
 * Fills a fresh ledger with `count` finished submissions, each of a file and with a report and eight hosts, and a tenth
 * as many allowances: by SQL, since walking each through its stages takes minutes.
 */
export async function seed(pool: SqlPool, count: number): Promise<void> {
  // A server's autovacuum does the last one within a minute, and the ledger itself where it is embedded.
  for (const part of [...PARTS, 'analyze']) await pool.query(part.replaceAll(':count', String(Math.trunc(count))));
}

const PARTS = [
  `insert into sleeptalk.people (id, name, role)
   values ('${RARE}', 'Rare', 'submitter'), ('${BUSY}', 'Busy', 'submitter'), ('usr-rest', 'Rest', 'reviewer')`,
  `insert into sleeptalk.submissions (id, digest, options, inspection, state, verdict, package_name, label, version_code,
     version_name, function, certificates, search_text, created_at, updated_at)
   select 'sub-seed-' || n, encode(sha256(('s' || n)::bytea), 'hex'),
     '{"function":null,"device":"simulated","minutes":60,"seed":1,"apiLevel":34,"clockRate":60,"egress":"sealed","adbServer":null,"proxyPort":null,"tunables":{},"note":null}',
     json_build_object('filling', (select string_agg(md5(n || '-' || i), '') from generate_series(1, 100) i)),
     case n % 10 when 0 then 'failed' when 1 then 'cancelled' else 'done' end,
     case when n % 10 < 2 then null else (array['consistent', 'inconsistent', 'inconclusive'])[n % 3 + 1] end,
     'org.vendor' || n % 500 || '.app' || n, 'App number ' || n, n, '1.' || n, 'torch',
     array[encode(sha256(('c' || n % 500)::bytea), 'hex')], 'app number ' || n || ' org.vendor' || n % 500 || '.app' || n,
     now() - (:count - n) * interval '1 minute', now() - (:count - n) * interval '1 minute'
   from generate_series(1, :count) n`,
  `insert into sleeptalk.files (sha256, size_bytes)
   select encode(sha256(('f' || n)::bytea), 'hex'), n from generate_series(1, :count) n`,
  `insert into sleeptalk.submission_files (submission, position, sha256, file_name)
   select 'sub-seed-' || n, 0, encode(sha256(('f' || n)::bytea), 'hex'), 'app' || n || '.apk' from generate_series(1, :count) n`,
  `insert into sleeptalk.submission_owners (submission, person, seq)
   select id, case when version_code % 1000 = 7 then '${RARE}' when version_code % 2 = 0 then '${BUSY}' else 'usr-rest' end, seq
   from sleeptalk.submissions`,
  `insert into sleeptalk.runs (id, submission, token, state, host, holder, directory, bundle, ended_at)
   select 'run-seed-' || n, 'sub-seed-' || n, 1, 'sealed', 'seed', '{}', 'runs', encode(sha256(('b' || n)::bytea), 'hex'), now()
   from generate_series(1, :count) n`,
  `insert into sleeptalk.reports (id, submission, run, bundle, profile_digest, verdict, sentence, report_json, report_html,
     json_sha256, engine_version)
   select 'report-seed-' || n, 'sub-seed-' || n, 'run-seed-' || n, encode(sha256(('b' || n)::bytea), 'hex'),
     encode(sha256('p'::bytea), 'hex'), (array['consistent', 'inconsistent', 'inconclusive'])[n % 3 + 1],
     'A sentence of the usual length, as a page shows it to a reader, number ' || n, '', '',
     encode(sha256(('r' || n)::bytea), 'hex'), '1.0.0'
   from generate_series(1, :count) n`,
  `insert into sleeptalk.report_hosts (report, submission, host, reversed)
   select 'report-seed-' || n, 'sub-seed-' || n, host, reverse(host) || '.'
   from generate_series(1, :count) n, generate_series(1, ${HOSTS_EACH}) k,
     lateral (select 'api' || k || '.vendor' || n % 500 || case when k = 1 then '.everywhere.example' else '.example' end as host) h`,
  `insert into sleeptalk.event_heads (submission, last, ended) select id, 5, true from sleeptalk.submissions`,
  `insert into sleeptalk.events (submission, seq, at, body)
   select id, k, created_at, '{"type":"state","state":"done","verdict":null,"fault":null}'
   from sleeptalk.submissions, generate_series(1, 5) k`,
  `insert into sleeptalk.reviews (id, report, submission, person, person_name, at, decision, reason, override, effect)
   select 'rev-seed-' || n, 'report-seed-' || n, 'sub-seed-' || n, 'usr-rest', 'Rest', now(), 'ask', 'Why?', false, 'noted'
   from generate_series(1, :count, 5) n`,
  `insert into sleeptalk.allowances (id, package, label, signers, sha256, function, report, verdict, override, approved_by,
     reason, since, baseline, search_text)
   select 'alw-seed-' || n, 'org.vendor' || n % 500 || '.app' || n, 'App number ' || n,
     array[encode(sha256(('c' || n % 500)::bytea), 'hex')], encode(sha256(('f' || n)::bytea), 'hex'), 'torch',
     'report-seed-' || n, 'consistent', false, '[{"person":"usr-rest","name":"Rest"}]', 'fits', now(), '{}',
     'app number ' || n || ' org.vendor' || n % 500 || '.app' || n
   from generate_series(1, :count, 10) n`,
];
