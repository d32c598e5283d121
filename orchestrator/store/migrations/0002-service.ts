import { sql, type Kysely } from 'kysely';

/** What the service adds: people, events, reviews, devices. Never edited after a release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [SUBMISSIONS, REPORTS, PEOPLE, EVENTS, REVIEWS, DEVICES]) {
    await db.executeQuery(sql.raw(part).compile(db));
  }
}

/** `json` keeps strings that `jsonb` refuses, such as U+0000 in a label: the inspection is evidence and stays whole. */
const SUBMISSIONS = `
alter table sleeptalk.submissions
  add column package_name text,
  add column label        text,
  add column version_code bigint,
  add column version_name text,
  add column function     text,
  add column certificates text[] not null default '{}',
  add column search_text  text not null default '',
  add column urgency      text not null default 'normal' check (urgency in ('high', 'normal', 'low'));
update sleeptalk.submissions set
  package_name = left(inspection #>> '{facts,packageName}', 255),
  label        = left(inspection #>> '{facts,label}', 200),
  version_code = (inspection #>> '{facts,versionCode}')::bigint,
  version_name = left(inspection #>> '{facts,versionName}', 100),
  function     = inspection #>> '{declaredFunction,name}',
  certificates = array(select jsonb_array_elements(inspection #> '{facts,certificates}') ->> 'sha256'),
  search_text  = lower(left(coalesce(inspection #>> '{facts,label}', ''), 200) || ' '
                       || left(inspection #>> '{facts,packageName}', 255))
  where inspection is not null;
alter table sleeptalk.submissions alter column inspection type json using inspection::text::json;
create index submissions_by_package on sleeptalk.submissions (package_name text_pattern_ops, seq);
create index submissions_by_certificate on sleeptalk.submissions using gin (certificates);
create index submissions_by_verdict on sleeptalk.submissions (verdict, seq);
`;

const REPORTS = `
alter table sleeptalk.reports
  add column json_sha256    text check (json_sha256 ~ '^[0-9a-f]{64}$'),
  add column engine_version text;
create unique index reports_once on sleeptalk.reports
  (submission, coalesce(run, ''), coalesce(profile_digest, ''), coalesce(engine_version, ''), json_sha256)
  where json_sha256 is not null;
create index reports_by_verdict on sleeptalk.reports (verdict, seq);

-- \`reversed\` is the host backwards with a dot at its end, so that a domain and its hosts share a prefix. How many
-- those are differs widely, and the planner must know: with the usual hundred samples it takes a rare domain for many.
create table sleeptalk.report_hosts (
  report     text not null references sleeptalk.reports (id),
  submission text not null references sleeptalk.submissions (id),
  host       text not null,
  reversed   text not null,
  primary key (report, host)
);
alter table sleeptalk.report_hosts alter column reversed set statistics 1000;
create index report_hosts_by_domain on sleeptalk.report_hosts (reversed text_pattern_ops, submission);
create index report_hosts_by_submission on sleeptalk.report_hosts (submission, reversed text_pattern_ops);
create trigger report_hosts_stay before update or delete on sleeptalk.report_hosts
  for each row execute function sleeptalk.refuse_change();
`;

const PEOPLE = `
create table sleeptalk.people (
  id          text primary key,
  seq         bigint generated always as identity unique,
  name        text not null,
  role        text not null check (role in ('submitter', 'reviewer', 'admin')),
  subject     text unique,
  created_at  timestamptz not null default now(),
  disabled_at timestamptz
);
create index people_by_name on sleeptalk.people (name, seq);

create table sleeptalk.tokens (
  id           text primary key,
  seq          bigint generated always as identity unique,
  person       text not null references sleeptalk.people (id),
  name         text not null,
  role         text not null check (role in ('submitter', 'reviewer', 'admin')),
  hash         text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
create index tokens_by_person on sleeptalk.tokens (person, seq);

create table sleeptalk.web_sessions (
  id         text primary key,
  hash       text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  person     text not null references sleeptalk.people (id),
  role       text not null check (role in ('submitter', 'reviewer', 'admin')),
  token      text references sleeptalk.tokens (id),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index web_sessions_by_end on sleeptalk.web_sessions (expires_at);

create table sleeptalk.sign_in_codes (
  hash       text primary key check (hash ~ '^[0-9a-f]{64}$'),
  person     text not null references sleeptalk.people (id),
  expires_at timestamptz not null,
  used_at    timestamptz
);

-- The same files submitted by two people belong to both; each may be called back.
create table sleeptalk.submission_owners (
  submission   text not null references sleeptalk.submissions (id),
  person       text not null references sleeptalk.people (id),
  seq          bigint not null,
  callback_url text,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (submission, person)
);
create index submission_owners_by_person on sleeptalk.submission_owners (person, seq);
`;

/** Numbers of events are given out under the lock of the submission's head, so they commit in order. */
const EVENTS = `
create table sleeptalk.event_heads (
  submission text primary key references sleeptalk.submissions (id),
  last       bigint not null,
  ended      boolean not null
);
insert into sleeptalk.event_heads (submission, last, ended)
  select id, 0, state in ('done', 'failed', 'cancelled') from sleeptalk.submissions;
create table sleeptalk.events (
  submission text not null references sleeptalk.submissions (id),
  seq        bigint not null,
  at         timestamptz not null,
  body       json not null,
  primary key (submission, seq)
);
create index events_by_age on sleeptalk.events (at);
`;

const REVIEWS = `
create table sleeptalk.reviews (
  id          text primary key,
  seq         bigint generated always as identity unique,
  report      text not null references sleeptalk.reports (id),
  submission  text not null references sleeptalk.submissions (id),
  person      text not null references sleeptalk.people (id),
  person_name text not null,
  at          timestamptz not null,
  decision    text not null check (decision in ('approve', 'reject', 'ask')),
  reason      text not null,
  until       text check (until ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  override    boolean not null,
  effect      text not null check (effect in ('noted', 'approved', 'rejected', 'waits-for-second'))
);
create index reviews_by_report on sleeptalk.reviews (report, seq);
create index reviews_by_submission on sleeptalk.reviews (submission, seq);
create trigger reviews_stay before update or delete on sleeptalk.reviews
  for each row execute function sleeptalk.refuse_change();

-- What was approved never changes; that it ended is written once. \`signers\` are sorted, so that they compare.
create table sleeptalk.allowances (
  id           text primary key,
  seq          bigint generated always as identity unique,
  package      text not null,
  label        text,
  signers      text[] not null check (cardinality(signers) > 0),
  version_code bigint,
  version_name text,
  sha256       text not null,
  function     text not null,
  report       text not null references sleeptalk.reports (id),
  verdict      text not null check (verdict in ('consistent', 'inconsistent', 'inconclusive')),
  override     boolean not null,
  approved_by  json not null,
  reason       text not null,
  since        timestamptz not null,
  until        text check (until ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  baseline     text not null,
  search_text  text not null,
  ended_at     timestamptz,
  ended_by     text,
  ended_reason text,
  replaced_by  text references sleeptalk.allowances (id) deferrable initially deferred,
  check ((ended_at is null) = (ended_by is null)),
  check ((ended_at is null) = (ended_reason is null)),
  check (replaced_by is null or ended_at is not null)
);
create unique index allowances_one_at_a_time on sleeptalk.allowances (package, signers) where ended_at is null;
create index allowances_by_package on sleeptalk.allowances (package, seq);
create index allowances_by_report on sleeptalk.allowances (report);
create function sleeptalk.only_end() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or new.ended_at is null
     or to_jsonb(new) - array['ended_at', 'ended_by', 'ended_reason', 'replaced_by']
     <> to_jsonb(old) - array['ended_at', 'ended_by', 'ended_reason', 'replaced_by'] then
    raise exception 'rows of % are ended once and never changed', tg_table_name;
  end if;
  return new;
end;
$$;
create trigger allowances_end before update on sleeptalk.allowances
  for each row execute function sleeptalk.only_end();
create trigger allowances_remain before delete on sleeptalk.allowances
  for each row execute function sleeptalk.refuse_change();
`;

const DEVICES = `
create table sleeptalk.devices (
  id                text primary key,
  class             text not null,
  worker            text not null,
  kind              text not null check (kind in ('simulated', 'emulator', 'physical')),
  target            text not null,
  api_level         integer,
  submission        text,
  run               text,
  last_seen_at      timestamptz not null,
  sessions          integer not null default 0,
  faults_in_a_row   integer not null default 0,
  quarantine_reason text,
  quarantine_by     text,
  quarantine_at     timestamptz,
  check ((quarantine_at is null) = (quarantine_by is null)),
  check ((quarantine_at is null) = (quarantine_reason is null))
);
create index devices_by_class on sleeptalk.devices (class, last_seen_at);
`;
