import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import { randomBytes } from 'node:crypto';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Service } from '../service.ts';
import { authenticate } from './authenticate.ts';
import { answerErrors } from './errors.ts';
import { failedSignIns } from './failed-sign-ins.ts';
import { refuseForgery } from './forgery.ts';
import { logRequests } from './log-requests.ts';
import { describeApi } from './openapi.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { measure } from './metrics.ts';
import { faultOf, sendProblem } from './problem.ts';
import { limitRates } from './rate-limit.ts';
import { allowlistRoutes } from './routes/allowlist.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { operationRoutes } from './routes/operations.ts';
import { peopleRoutes } from './routes/people.ts';
import { queueRoutes } from './routes/queues.ts';
import { reportRoutes } from './routes/reports.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { submissionRoutes } from './routes/submissions.ts';
import { pages } from '../web/pages/plugin.ts';
import { securityHeaders } from './security-headers.ts';
import { refuseSlowBodies } from './slow-body.ts';
import { receiveUpload } from './upload.ts';

/** Bodies that are no uploads: forms and JSON. */
const MOST_BODY_BYTES = 1_048_576;

/** The HTTP side of the service, not yet listening. `signal` ends what is open when the service stops. */
export async function buildServer(service: Service, { signal }: { signal: AbortSignal }): Promise<FastifyInstance> {
  // Typed as Fastify's own, so that the server is the plain FastifyInstance that everybody takes.
  const log: FastifyBaseLogger = service.log;
  const server = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    // The request's id is ours: one that a client sends could be anything.
    requestIdHeader: false,
    genReqId: () => `req-${randomBytes(8).toString('hex')}`,
    trustProxy: service.config.SLEEPTALK_TRUST_PROXY,
    bodyLimit: MOST_BODY_BYTES,
    routerOptions: { maxParamLength: 300 },
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, faultOf(error)),
    clientErrorHandler: answerBrokenRequest,
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  answerErrors(server);
  logRequests(server);
  securityHeaders(server, service);
  refuseSlowBodies(server, service);
  await server.register(cookie);
  await server.register(formbody);
  await server.register(multipart);
  const failed = failedSignIns(service);
  authenticate(server, service, failed);
  await limitRates(server, service);
  refuseForgery(server, service);
  server.decorateRequest('receiveUpload', function (mostFiles) {
    return receiveUpload(this, service, mostFiles);
  });
  await describeApi(server, service);

  const metrics = measure(server, service);
  healthRoutes(server, service, { stopping: signal, metrics });
  signInRoutes(server, service, failed);
  oidcRoutes(server, service, failed);
  await queueRoutes(server, service);
  await server.register(
    async (api) => {
      healthRoutes(api, service, { stopping: signal, metrics });
      submissionRoutes(api, service);
      eventRoutes(api, service, signal);
      reportRoutes(api, service, signal);
      allowlistRoutes(api, service);
      operationRoutes(api, service);
      peopleRoutes(api, service);
      api.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, async () => server.swagger());
    },
    { prefix: '/api/v1' },
  );
  await pages(server, { service });
  await server.ready();
  return server;
}
