import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cancelSubmission } from '../../acts/cancel.ts';
import { replaySubmission } from '../../acts/replay.ts';
import { submitFiles } from '../../acts/submit.ts';
import { pageOf, SubmissionView } from '../../contract/api.ts';
import { Fault } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import { listSubmissionViews, viewSubmission } from '../../store/submission-views.ts';
import { UPLOAD_BODY } from '../openapi.ts';
import { problemOf } from '../problem.ts';
import { PROBLEMS } from '../problems.ts';
import { Identified, SubmissionQuery } from '../queries.ts';

const BULK_MOST = 100;

const BulkItem = z.strictObject({
  fileName: z.string(),
  created: z.boolean(),
  submission: SubmissionView.nullable(),
  problem: z.strictObject({ code: z.string(), title: z.string(), detail: z.string() }).nullable(),
});

/** Submissions: make, list, read, cancel, vet again. */
export function submissionRoutes(server: FastifyInstance, service: Service): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const preHandler = server.requireRole('submitter');

  routes.post(
    '/submissions',
    {
      preHandler,
      config: { upload: true },
      schema: {
        operationId: 'submit',
        summary: 'Submit the files of one app: an APK, its splits, or one container',
        tags: ['submissions'],
        ...UPLOAD_BODY,
        response: { 200: SubmissionView, 201: SubmissionView, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { submission, created } = await submitFiles(service, request.actor, await request.receiveUpload());
      request.log.info({ submission: submission.id, created }, 'submitted');
      reply.header('location', `/api/v1/submissions/${submission.id}`);
      return reply.code(created ? 201 : 200).send(submission);
    },
  );

  routes.post(
    '/submissions/bulk',
    {
      preHandler,
      config: { upload: true },
      schema: {
        operationId: 'submitMany',
        summary: `Submit up to ${BULK_MOST} apps of one file each, with the same fields`,
        tags: ['submissions'],
        ...UPLOAD_BODY,
        response: { 200: z.strictObject({ items: z.array(BulkItem) }), ...PROBLEMS },
      },
    },
    async (request) => {
      const upload = await request.receiveUpload(BULK_MOST);
      const items: z.infer<typeof BulkItem>[] = [];
      for (const file of upload.files) {
        items.push(
          await submitOne(file.fileName, () => submitFiles(service, request.actor, { ...upload, files: [file] })),
        );
      }
      return { items };
    },
  );

  /** One app of many that is refused does not refuse the others; its item says why. */
  async function submitOne(
    fileName: string,
    submit: () => ReturnType<typeof submitFiles>,
  ): Promise<z.infer<typeof BulkItem>> {
    try {
      return { fileName, ...(await submit()), problem: null };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { code, title, detail } = problemOf(error, '');
      return { fileName, created: false, submission: null, problem: { code, title, detail } };
    }
  }

  routes.get(
    '/submissions',
    {
      preHandler,
      schema: {
        operationId: 'listSubmissions',
        summary: 'Submissions that you may see, newest first unless asked otherwise',
        tags: ['submissions'],
        querystring: SubmissionQuery,
        response: { 200: pageOf(SubmissionView), ...PROBLEMS },
      },
    },
    async ({ query, actor }) => {
      const { state, limit, q, ...filters } = query;
      return await listSubmissionViews(service.ledger, {
        viewer: actor,
        most: limit,
        ...(state === undefined ? {} : { states: state }),
        ...(q === undefined ? {} : { text: q }),
        ...given(filters),
      });
    },
  );

  routes.get(
    '/submissions/:id',
    {
      preHandler,
      schema: {
        operationId: 'getSubmission',
        summary: 'One submission',
        tags: ['submissions'],
        params: Identified,
        response: { 200: SubmissionView, ...PROBLEMS },
      },
    },
    async ({ params, actor }) => await viewSubmission(service.ledger, params.id, actor),
  );

  routes.delete(
    '/submissions/:id',
    {
      preHandler,
      schema: {
        operationId: 'cancelSubmission',
        summary: 'Cancel a submission wherever it stands',
        tags: ['submissions'],
        params: Identified,
        response: { 200: SubmissionView, ...PROBLEMS },
      },
    },
    async ({ params, actor }) => await cancelSubmission(service, actor, params.id),
  );

  routes.post(
    '/submissions/:id/replay',
    {
      preHandler,
      schema: {
        operationId: 'replaySubmission',
        summary: 'Vet the same files again with the same options and seed, as a new submission',
        tags: ['submissions'],
        params: Identified,
        response: { 201: SubmissionView, ...PROBLEMS },
      },
    },
    async ({ params, actor }, reply) => {
      const { submission } = await replaySubmission(service, actor, params.id);
      reply.header('location', `/api/v1/submissions/${submission.id}`);
      return reply.code(201).send(submission);
    },
  );
}

/** The same object without what was not given: absent and undefined are two things to exactOptionalPropertyTypes. */
function given<Filters extends object>(filters: Filters): { [Key in keyof Filters]?: NonNullable<Filters[Key]> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as never;
}
