import { sql, type Kysely } from 'kysely';

/** The first tables. A later change is a new file beside this one; this one is never edited after a release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.executeQuery(sql.raw(TABLES).compile(db));
}

const TABLES = `
create table sleeptalk.submissions (
  id           text primary key,
  seq          bigint generated always as identity unique,
  digest       text not null check (digest ~ '^[0-9a-f]{64}$'),
  again        boolean not null default false,
  options      jsonb not null,
  inspection   jsonb,
  state        text not null check (state in
               ('queued', 'inspecting', 'examining', 'assessing', 'done', 'failed', 'cancelled', 'crashed')),
  verdict      text check (verdict in ('consistent', 'inconsistent', 'inconclusive')),
  fault_code   text,
  fault_detail text,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  check ((fault_code is null) = (fault_detail is null))
);

-- The same files with the same options are one submission, unless asked for again or ended without a report.
create unique index submissions_once on sleeptalk.submissions (digest)
  where not again and state not in ('failed', 'cancelled', 'crashed');
create index submissions_by_state on sleeptalk.submissions (state, seq);

create table sleeptalk.files (
  sha256        text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes    bigint not null check (size_bytes >= 0),
  first_seen_at timestamptz not null default now()
);

create table sleeptalk.submission_files (
  submission text not null references sleeptalk.submissions (id),
  position   integer not null,
  sha256     text not null references sleeptalk.files (sha256),
  file_name  text not null,
  primary key (submission, position)
);
create index submission_files_by_digest on sleeptalk.submission_files (sha256);

create table sleeptalk.runs (
  id           text primary key,
  submission   text not null references sleeptalk.submissions (id),
  token        integer not null check (token > 0),
  state        text not null check (state in ('open', 'sealed', 'failed', 'crashed')),
  host         text not null,
  holder       jsonb not null,
  directory    text,
  bundle       text check (bundle ~ '^[0-9a-f]{64}$'),
  fault_code   text,
  fault_detail text,
  started_at   timestamptz not null default now(),
  ended_at     timestamptz,
  unique (submission, token),
  check ((state = 'open') = (ended_at is null)),
  check (state <> 'sealed' or bundle is not null)
);
create index runs_open on sleeptalk.runs (host) where state = 'open';

create table sleeptalk.reports (
  id             text primary key,
  seq            bigint generated always as identity unique,
  submission     text not null references sleeptalk.submissions (id),
  run            text references sleeptalk.runs (id),
  bundle         text,
  profile_digest text,
  verdict        text not null check (verdict in ('consistent', 'inconsistent', 'inconclusive')),
  sentence       text not null,
  report_json    text not null,
  report_html    text not null,
  created_at     timestamptz not null default now()
);
create index reports_by_submission on sleeptalk.reports (submission, seq);

create table sleeptalk.custody (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  who        text not null,
  what       text not null,
  submission text,
  run        text
);
create index custody_by_submission on sleeptalk.custody (submission, id);

create function sleeptalk.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or deleted', tg_table_name;
end;
$$;
create trigger reports_stay before update or delete on sleeptalk.reports
  for each row execute function sleeptalk.refuse_change();
create trigger custody_stays before update or delete on sleeptalk.custody
  for each row execute function sleeptalk.refuse_change();
create trigger submissions_remain before delete on sleeptalk.submissions
  for each row execute function sleeptalk.refuse_change();
create trigger runs_remain before delete on sleeptalk.runs
  for each row execute function sleeptalk.refuse_change();
`;
