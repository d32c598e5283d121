import type { FastifyInstance } from 'fastify';
import type { Submission } from '../../contract/job.ts';
import { mayActAs } from '../../contract/person.ts';
import { Verdict } from '../../contract/report.ts';
import type { Service } from '../../service.ts';
import { listDevices } from '../../store/devices.ts';
import { countByState, listSubmissionViews, type SubmissionSearch } from '../../store/submission-views.ts';
import { ENDED, RUNNING } from '../pages/badge.ts';
import { overviewPage } from '../pages/overview.ts';
import { shortcutsPage } from '../pages/shortcuts.ts';
import { submissionsPage } from '../pages/submissions.ts';
import { asked, queryOf, show, signedIn, visitOf } from './visiting.ts';

const FILTERS: Readonly<Record<string, readonly Submission['state'][]>> = {
  running: RUNNING,
  queued: ['queued'],
  done: ['done'],
  failed: ['failed', 'crashed'],
  cancelled: ['cancelled'],
};

const LONGEST_WAITING = { review: 'waiting', order: 'oldest' } as const;

/** The overview, the list of submissions with its search, and the keys. */
export function browsePages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  server.get('/', async (request, reply) => {
    const visit = signedIn(service, request);
    const part = async (states: readonly Submission['state'][], most: number) =>
      (await listSubmissionViews(ledger, { viewer: visit.actor, states, most })).items;
    const reviews = mayActAs(visit.actor, 'reviewer');
    const [counts, running, waiting, recent, toReview, devices] = await Promise.all([
      countByState(ledger, visit.actor),
      part(RUNNING, 20),
      part(['queued'], 10),
      part([...ENDED, 'crashed'], 15),
      reviews ? listSubmissionViews(ledger, { viewer: visit.actor, ...LONGEST_WAITING, most: 8 }) : null,
      listDevices(ledger, visit.now),
    ]);
    const found = { counts, running, waiting, recent, toReview: toReview?.items ?? null, devices };
    return show(reply, overviewPage(visit, found));
  });

  server.get('/submissions', async (request, reply) => {
    const visit = signedIn(service, request);
    const query = queryOf(request);
    const text = asked(query, 'text', 200);
    if (text !== null && /^sub-[a-z0-9-]{1,80}$/.test(text)) return reply.redirect(`/submissions/${text}`, 303);
    if (text !== null && /^report-[a-z0-9-]{1,80}$/.test(text)) return reply.redirect(`/reports/${text}`, 303);
    const found = await listSubmissionViews(ledger, { viewer: visit.actor, ...searchOf(query), most: 50 });
    return show(reply, submissionsPage(visit, found, query));
  });

  server.get('/shortcuts', async (request, reply) => show(reply, shortcutsPage(visitOf(service, request))));
}

/** What the address asks for; a word that no filter knows filters nothing. */
function searchOf(query: URLSearchParams): Omit<SubmissionSearch, 'viewer'> {
  const text = asked(query, 'text', 200);
  const digest = text !== null && /^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : null;
  const states = FILTERS[asked(query, 'state') ?? ''];
  const verdict = Verdict.safeParse(query.get('verdict'));
  const [packageName, host] = [asked(query, 'package'), asked(query, 'host')?.toLowerCase() ?? null];
  const certificate = asked(query, 'certificate')?.toLowerCase().replaceAll(/[: ]/g, '') ?? null;
  const sha256 = asked(query, 'sha256')?.toLowerCase() ?? digest;
  return {
    cursor: asked(query, 'cursor'),
    ...(states === undefined ? {} : { states }),
    ...(query.get('review') === 'waiting' ? LONGEST_WAITING : {}),
    ...(verdict.success ? { verdict: verdict.data } : {}),
    ...(packageName === null ? {} : { package: packageName }),
    ...(host === null ? {} : { host }),
    ...(certificate === null ? {} : { certificate }),
    ...(sha256 === null ? {} : { sha256 }),
    ...(text === null || digest !== null ? {} : { text }),
  };
}
