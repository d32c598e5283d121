import { sql, type Kysely } from 'kysely';

/** What the service keeps on record: deliveries of webhooks, settings, artefacts, the audit log. Never edited after a release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.executeQuery(sql.raw(RECORDS).compile(db));
}

const RECORDS = `
create function sleeptalk.facts_stay() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - tg_argv <> to_jsonb(old) - tg_argv then
    raise exception 'what a row of % says is never changed', tg_table_name;
  end if;
  return new;
end;
$$;

create table sleeptalk.deliveries (
  id           text primary key,
  seq          bigint generated always as identity unique,
  submission   text not null references sleeptalk.submissions (id),
  url          text not null,
  event        text not null,
  body         text not null,
  body_sha256  text not null,
  created_at   timestamptz not null,
  state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'given-up')),
  attempts     integer not null default 0,
  next_at      timestamptz,
  leased_until timestamptz,
  unique (submission, event, url, body_sha256)
);
create index deliveries_due on sleeptalk.deliveries (next_at) where state = 'waiting';
create trigger deliveries_say before update on sleeptalk.deliveries
  for each row execute function sleeptalk.facts_stay('state', 'attempts', 'next_at', 'leased_until');
create trigger deliveries_remain before delete on sleeptalk.deliveries
  for each row execute function sleeptalk.refuse_change();

create table sleeptalk.delivery_attempts (
  delivery text not null references sleeptalk.deliveries (id),
  attempt  integer not null,
  at       timestamptz not null,
  status   integer,
  error    text,
  primary key (delivery, attempt)
);
create trigger delivery_attempts_stay before update or delete on sleeptalk.delivery_attempts
  for each row execute function sleeptalk.refuse_change();

create table sleeptalk.settings (
  name       text primary key,
  value      text not null,
  created_at timestamptz not null default now()
);

-- One stored file in one of its uses. What was removed says when, why, and when its absence was checked.
create table sleeptalk.artefacts (
  id              bigint generated always as identity primary key,
  sha256          text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  class           text not null check (class in ('sample', 'evidence', 'screen', 'report', 'event')),
  submission      text not null references sleeptalk.submissions (id),
  run             text references sleeptalk.runs (id),
  name            text not null,
  size_bytes      bigint not null check (size_bytes >= 0),
  created_at      timestamptz not null default now(),
  removed_at      timestamptz,
  removed_because text,
  absent_at       timestamptz,
  check ((removed_at is null) = (removed_because is null))
);
create unique index artefacts_once on sleeptalk.artefacts (submission, class, sha256, coalesce(run, ''), name);
create index artefacts_by_digest on sleeptalk.artefacts (sha256) where removed_at is null;
create index artefacts_by_age on sleeptalk.artefacts (class, created_at) where removed_at is null;
create trigger artefacts_say before update on sleeptalk.artefacts
  for each row execute function sleeptalk.facts_stay('removed_at', 'removed_because', 'absent_at');
create trigger artefacts_remain before delete on sleeptalk.artefacts
  for each row execute function sleeptalk.refuse_change();

-- \`detail\` is text, not json: its very characters are part of the hash.
create table sleeptalk.audit (
  seq      bigint primary key check (seq > 0),
  at       timestamptz(3) not null,
  who      text not null,
  act      text not null,
  subject  text,
  detail   text not null,
  previous text not null unique check (previous ~ '^[0-9a-f]{64}$'),
  hash     text not null unique check (hash ~ '^[0-9a-f]{64}$')
);
create table sleeptalk.audit_head (
  one  boolean primary key default true check (one),
  seq  bigint not null,
  hash text not null
);
insert into sleeptalk.audit_head (seq, hash) values (0, repeat('0', 64));
create trigger audit_stays before update or delete on sleeptalk.audit
  for each row execute function sleeptalk.refuse_change();
create trigger audit_head_remains before delete on sleeptalk.audit_head
  for each row execute function sleeptalk.refuse_change();

create trigger audit_is_kept before truncate on sleeptalk.audit execute function sleeptalk.refuse_change();
create trigger custody_is_kept before truncate on sleeptalk.custody execute function sleeptalk.refuse_change();
create trigger reports_are_kept before truncate on sleeptalk.reports execute function sleeptalk.refuse_change();
create trigger reviews_are_kept before truncate on sleeptalk.reviews execute function sleeptalk.refuse_change();
create trigger allowances_are_kept before truncate on sleeptalk.allowances execute function sleeptalk.refuse_change();
create trigger submissions_are_kept before truncate on sleeptalk.submissions execute function sleeptalk.refuse_change();
`;
