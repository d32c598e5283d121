import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { cancelSubmission } from '../../acts/cancel.ts';
import { reassessReports } from '../../acts/reassess.ts';
import { replaySubmission } from '../../acts/replay.ts';
import { submitFiles, type Submitted } from '../../acts/submit.ts';
import type { StoredEvent } from '../../contract/event.ts';
import { Fault, printable } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import { listArtefacts } from '../../store/artefacts.ts';
import { listDeliveries } from '../../store/deliveries.ts';
import { servedClasses } from '../../store/devices.ts';
import { eventsAfter } from '../../store/events.ts';
import { listReportViews } from '../../store/report-views.ts';
import { listReviews } from '../../store/reviews.ts';
import { viewSubmission } from '../../store/submission-views.ts';
import { NOTHING_TYPED, type Typed } from '../pages/form.ts';
import { liveOf } from '../pages/live.ts';
import { submissionPage } from '../pages/submission.ts';
import { submitPage } from '../pages/submit.ts';
import { refused } from './refused.ts';
import { named, onTo, show, signedIn } from './visiting.ts';

const EVENTS_AT_ONCE = 5000;
/** A run of a day has fewer; beyond, the page shows the beginning and the report the whole. */
const MOST_EVENTS = 40_000;
const MOST_SCREEN_BYTES = 4_194_304;

/** One submission: send it, watch it, stop it, run it again. */
export function submissionPages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  async function choices() {
    const classes = await servedClasses(ledger, service.now());
    return { classes, functions: service.judge.functions, limitBytes: service.config.SLEEPTALK_MAX_UPLOAD_BYTES };
  }

  server.get('/submit', async (request, reply) => show(reply, submitPage(signedIn(service, request), await choices())));

  server.post('/submit', { config: { upload: true } }, async (request, reply) => {
    const visit = signedIn(service, request);
    let typed: Typed = NOTHING_TYPED;
    let submitted: Submitted;
    try {
      const upload = await request.receiveUpload();
      typed = { values: asTyped(upload.request), problems: {} };
      submitted = await submitFiles(service, request.actor, upload);
    } catch (error) {
      const again = refused(error, typed.values, FIELD_OF);
      return show(reply, submitPage(visit, await choices(), again), 422);
    }
    return onTo(reply, `/submissions/${submitted.submission.id}`, submitted.created ? 'submitted' : 'known');
  });

  server.get('/submissions/:id', async (request, reply) => {
    const visit = signedIn(service, request);
    const submission = await viewSubmission(ledger, named(request, 'id'), visit.actor);
    const { id } = submission;
    const [events, reports, reviews, deliveries] = await Promise.all([
      allEvents(service, id),
      listReportViews(ledger, { viewer: visit.actor, submission: id, most: 50 }),
      listReviews(ledger, { submission: id }),
      listDeliveries(ledger, id),
    ]);
    const page = { submission, live: liveOf(events), reports: reports.items, reviews, deliveries };
    return show(reply, submissionPage(visit, page));
  });

  server.get('/submissions/:id/screens/:sha256', async (request, reply) => {
    const { actor } = signedIn(service, request);
    const { id } = await viewSubmission(ledger, named(request, 'id'), actor);
    const sha256 = named(request, 'sha256');
    const screen = (await listArtefacts(ledger, id)).find((one) => one.class === 'screen' && one.sha256 === sha256);
    if (screen === undefined) throw new Fault('not-found', printable(request.url));
    if (screen.removedAt !== null) throw new Fault('artefact-removed', `the screen went on ${screen.removedAt}`);
    if (screen.sizeBytes > MOST_SCREEN_BYTES) throw new Fault('not-found', 'the screen is too large to show');
    const bytes = await buffer(await service.files.open(sha256, request.bodySignal));
    return reply.header('cache-control', 'private, max-age=86400, immutable').type(pictureType(bytes)).send(bytes);
  });

  server.post('/submissions/:id/cancel', async (request, reply) => {
    const { id } = await cancelSubmission(service, request.actor, named(request, 'id'));
    return onTo(reply, `/submissions/${id}`, 'cancelled');
  });

  server.post('/submissions/:id/again', async (request, reply) => {
    const { submission } = await replaySubmission(service, request.actor, named(request, 'id'));
    return onTo(reply, `/submissions/${submission.id}`, 'again');
  });

  server.post('/submissions/:id/reassess', async (request, reply) => {
    const id = named(request, 'id');
    const { queued } = await reassessReports(service, request.actor, { submissions: [id] });
    if (queued.length === 0)
      throw new Fault('state-conflict', `${printable(id)} has no sealed evidence to judge again`);
    return onTo(reply, `/submissions/${id}`, 'reassessed');
  });
}

const FIELD_OF = {
  'function-unknown': 'function',
  'device-class-unknown': 'device',
  'callback-refused': 'callbackUrl',
} as const;

async function allEvents({ ledger }: Pick<Service, 'ledger'>, submission: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  while (events.length < MOST_EVENTS) {
    const more = await eventsAfter(ledger, submission, events.at(-1)?.id ?? null, EVENTS_AT_ONCE);
    events.push(...more);
    if (more.length < EVENTS_AT_ONCE) break;
  }
  return events;
}

/** The request in the form in which it was typed. */
function asTyped(request: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(request).filter(([, value]) => value !== null && typeof value !== 'object');
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value as string | number | boolean)]));
}

/** By the first bytes (PNG: RFC 2083, 3.1; JPEG: SOI), never by what anybody said of it. @throws Fault `not-found` */
function pictureType(bytes: Buffer): string {
  if (bytes.subarray(0, 8).toString('hex') === '89504e470d0a1a0a') return 'image/png';
  if (bytes.subarray(0, 3).toString('hex') === 'ffd8ff') return 'image/jpeg';
  throw new Fault('not-found', 'the file is no picture');
}
