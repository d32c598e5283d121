import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../orchestrator/contract/person.ts';
import { listAllowances } from '../../orchestrator/store/allowances.ts';
import { followEvents } from '../../orchestrator/store/events.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { listReportViews } from '../../orchestrator/store/report-views.ts';
import { countWaitingForReview } from '../../orchestrator/store/review-standing.ts';
import { listReviews } from '../../orchestrator/store/reviews.ts';
import {
  countByState,
  listSubmissionViews,
  viewSubmission,
  type SubmissionSearch,
} from '../../orchestrator/store/submission-views.ts';
import { digest } from './each-ledger.ts';
import { PLACES, type Place } from './places.ts';
import { BUSY, RARE, seed } from './seed.ts';

const COUNT = 10_000;
const MOST_MS = 50;

function submitter(person: string): Actor {
  return { person, name: person, role: 'submitter', via: 'token', credential: 'tok-test' };
}

/** Each with how many rows the first page has. */
const SEARCHES: [string, Partial<SubmissionSearch>, number][] = [
  ['everything', {}, 50],
  ['the last page', { cursor: '11' }, 10],
  ['of one who submitted ten', { viewer: submitter(RARE) }, 10],
  ['of one who submitted half', { viewer: submitter(BUSY) }, 50],
  ['of one who submitted none', { viewer: submitter('usr-none') }, 0],
  ['a package', { package: 'org.vendor7.' }, 20],
  ['a package that all begin with', { package: 'org.' }, 50],
  ['a package that none has', { package: 'com.' }, 0],
  ['a certificate', { certificate: digest('c7') }, 20],
  ['a certificate that none has', { certificate: digest('none') }, 0],
  ['a host', { host: 'api3.vendor7.example' }, 20],
  ['a domain', { host: 'vendor7.example' }, 20],
  ['a domain that all reach', { host: 'example' }, 50],
  ['a host that none reaches', { host: 'none.example' }, 0],
  ['a verdict', { verdict: 'inconsistent' }, 50],
  ['what waits for review', { review: 'waiting' }, 50],
  ['what has waited longest', { review: 'waiting', order: 'oldest' }, 50],
  ['what waits of one who submitted ten', { viewer: submitter(RARE), review: 'waiting' }, 10],
  ['what waits of a package', { review: 'waiting', package: 'org.vendor7.' }, 20],
  ['a state that none is in', { states: ['queued', 'examining'] }, 0],
  ['a file', { sha256: digest('f77') }, 1],
  ['text', { text: 'NUMBER 77' }, 50],
  ['text that none has', { text: 'nowhere' }, 0],
  [
    'all of it together',
    { viewer: submitter(BUSY), text: 'app', host: 'example', verdict: 'consistent', package: 'org.', states: ['done'] },
    50,
  ],
];

for (const { name, open, missing } of PLACES.filter((place) => place.name !== 'Redis')) {
  describe.skipIf(missing !== null)(`10,000 submissions on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let ledger: Ledger;
    beforeAll(async () => {
      place = await open();
      ledger = await openLedger({ database: place.database, signal: new AbortController().signal });
      await seed(place.database.pool, COUNT);
    });
    afterAll(async () => {
      await ledger[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    /**
     * The least of several times, since other work on the machine only ever adds to it; a wrong plan is never fast.
     * @returns what the last run gave
     */
    async function within<Result>(mostMs: number, run: () => Promise<Result>): Promise<Result> {
      let least = Number.POSITIVE_INFINITY;
      for (let tries = 0; ; tries += 1) {
        const began = performance.now();
        const result = await run();
        least = Math.min(least, performance.now() - began);
        if (least <= mostMs || tries === 9) {
          expect(least).toBeLessThanOrEqual(mostMs);
          return result;
        }
      }
    }

    it.each(SEARCHES)(`are searched for %s within ${MOST_MS} ms`, async (_what, search, rows) => {
      const { items } = await within(MOST_MS, () => listSubmissionViews(ledger, { viewer: null, ...search }));
      expect(items).toHaveLength(rows);
    });

    it(`have reports, reviews, allowances and counts within ${MOST_MS} ms`, async () => {
      const viewers = [null, submitter(RARE), submitter(BUSY), submitter('usr-none')];
      const lengths: number[] = [];
      for (const viewer of viewers) {
        lengths.push((await within(MOST_MS, () => listReportViews(ledger, { viewer }))).items.length);
      }
      expect(lengths).toEqual([50, 10, 50, 0]);
      const ofPackage = { viewer: null, package: 'org.vendor77.app77' };
      expect((await within(MOST_MS, () => listReportViews(ledger, ofPackage))).items).toHaveLength(1);
      const old = { viewer: null, notProfile: digest('p') };
      expect((await within(MOST_MS, () => listReportViews(ledger, old))).items).toHaveLength(0);
      expect(await within(MOST_MS, () => listReviews(ledger, { report: 'report-seed-6' }))).toHaveLength(1);
      expect((await within(MOST_MS, () => listAllowances(ledger, { text: 'nowhere' }))).items).toHaveLength(0);
      expect((await within(MOST_MS, () => listAllowances(ledger))).items).toHaveLength(50);
      const counts = await within(MOST_MS, () => countByState(ledger));
      expect(counts).toMatchObject({ done: 8000, failed: 1000, cancelled: 1000, queued: 0 });
      expect(await within(MOST_MS, () => countWaitingForReview(ledger))).toBe(8000);
    });

    it(`are searched for the ten that nobody has decided about within ${MOST_MS} ms`, async () => {
      const all = `update sleeptalk.submissions set review = case when seq % 1000 = 5 then 'undecided' else 'approved' end`;
      await place.database.pool.query(all);
      for (const order of ['newest', 'oldest'] as const) {
        const search = { viewer: null, review: 'waiting', order } as const;
        expect((await within(MOST_MS, () => listSubmissionViews(ledger, search))).items).toHaveLength(10);
      }
      expect(await within(MOST_MS, () => countWaitingForReview(ledger))).toBe(10);
    });

    it('have each its view and its events at hand', async () => {
      const view = await within(MOST_MS, () => viewSubmission(ledger, 'sub-seed-5000', null));
      expect(view).toMatchObject({ report: 'report-seed-5000', submittedBy: { person: BUSY, name: 'Busy' } });
      const read = async () => {
        const seen: string[] = [];
        const options = { submission: 'sub-seed-5000', after: '2', signal: new AbortController().signal };
        for await (const event of followEvents(ledger, options)) seen.push(event.id);
        return seen;
      };
      expect(await within(MOST_MS, read)).toEqual(['3', '4', '5']);
    });

    it('give every submission once from the first page to the last', async () => {
      const seen = new Set<string>();
      let rows = 0;
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof listSubmissionViews>> = await listSubmissionViews(ledger, {
          viewer: null,
          cursor,
          most: 500,
        });
        for (const item of page.items) seen.add(item.id);
        rows += page.items.length;
        cursor = page.next;
      } while (cursor !== null);
      expect([seen.size, rows]).toEqual([COUNT, COUNT]);
    });
  });
}
