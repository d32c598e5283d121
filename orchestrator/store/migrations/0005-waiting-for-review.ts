import { sql, type Kysely } from 'kysely';

/** Where the newest report of each submission stands with its reviewers, kept by the ledger itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.executeQuery(sql.raw(STANDING).compile(db));
}

/**
 * The newest review that is no question decides; one of an earlier report says nothing of the newest. Triggers keep it,
 * so that no way to a report or a review leads past it, and a list of what waits reads one index and nothing else.
 */
const STANDING = `
alter table sleeptalk.submissions
  add column review text check (review in ('undecided', 'waits-for-second', 'approved', 'rejected'));

update sleeptalk.submissions set review = coalesce(
    (select effect from sleeptalk.reviews
       where reviews.report = newest.id and effect <> 'noted' order by reviews.seq desc limit 1),
    'undecided')
  from (select distinct on (submission) submission, id from sleeptalk.reports order by submission, seq desc) newest
  where newest.submission = submissions.id;

create index submissions_waiting_for_review on sleeptalk.submissions (seq)
  where state = 'done' and review in ('undecided', 'waits-for-second');

create function sleeptalk.report_is_undecided() returns trigger language plpgsql as $$
begin
  update sleeptalk.submissions set review = 'undecided' where id = new.submission;
  return null;
end;
$$;
create trigger reports_wait after insert on sleeptalk.reports
  for each row execute function sleeptalk.report_is_undecided();

-- The row of the submission is locked before the newest report is looked for: one that is being added waits, or is seen.
create function sleeptalk.review_stands() returns trigger language plpgsql as $$
begin
  perform 1 from sleeptalk.submissions where id = new.submission for no key update;
  update sleeptalk.submissions set review = new.effect
    where id = new.submission
      and new.report = (select id from sleeptalk.reports where submission = new.submission order by seq desc limit 1);
  return null;
end;
$$;
create trigger reviews_stand after insert on sleeptalk.reviews
  for each row when (new.effect <> 'noted') execute function sleeptalk.review_stands();
`;
