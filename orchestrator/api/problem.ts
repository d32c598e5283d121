import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import type { Problem } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import { FAULTS, type FaultCode } from '../contract/faults.ts';
import { asFault } from '../store/stage.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Seconds after which to come again, where the fault does not say otherwise. */
const RETRY_AFTER_SECONDS = 5;

/** What Fastify and its plugins throw before a route of ours runs, by their codes. */
const FRAMEWORK: Readonly<Record<string, FaultCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-refused',
  FST_ERR_CTP_BODY_TOO_LARGE: 'upload-too-large',
  FST_ERR_BAD_URL: 'not-found',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'media-type-refused',
  FST_REQ_FILE_TOO_LARGE: 'upload-too-large',
  FST_PARTS_LIMIT: 'upload-too-large',
  FST_FILES_LIMIT: 'upload-too-large',
  FST_FIELDS_LIMIT: 'upload-too-large',
};

/** RFC 9457 problem details: of the fault nothing but its code and its one sentence. */
export function problemOf(fault: Fault, instance: string): Problem {
  const { message, status } = FAULTS[fault.code];
  return {
    type: `/docs/faults#${fault.code}`,
    title: message,
    status,
    // What nobody expected may say more of the machine than a stranger should read; the log has it whole.
    detail: fault.code === 'internal' ? 'The log of the service says more under this request.' : fault.detail,
    code: fault.code,
    instance,
  };
}

/** Answers with the problem, and says when to come again where that may help. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, fault: Fault): FastifyReply {
  const problem = problemOf(fault, request.id);
  const { retryable } = FAULTS[fault.code];
  if (retryable && !reply.hasHeader('retry-after')) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  if (fault.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="sleeptalk"');
  reply.removeHeader('etag');
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

/** Any error of a request as a Fault of the table. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error);
  if (isResponseSerializationError(error)) {
    return new Fault('contract-broken', 'the answer was not of its documented form', { cause: error });
  }
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  const known = code === undefined ? undefined : FRAMEWORK[code];
  if (known !== undefined) return new Fault(known, printable(message ?? ''), { cause: error });
  if (statusCode === 429) return new Fault('rate-limited', printable(message ?? ''), { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const detail = printable(message ?? STATUS_CODES[statusCode] ?? '');
    return new Fault(statusCode === 404 ? 'not-found' : 'request-malformed', detail, { cause: error });
  }
  return asFault(error);
}

/** Names the field that was wrong and what was expected of it. */
function invalid(error: {
  readonly validation: readonly { readonly instancePath: string; readonly message?: string | undefined }[];
  readonly validationContext?: string | undefined;
}): Fault {
  const named = error.validation.map(({ instancePath, message }) => {
    const field = instancePath.split('/').filter(Boolean).join('.');
    return `${[error.validationContext ?? 'request', field].filter(Boolean).join('.')}: ${message ?? 'not valid'}`;
  });
  const more = named.length > 3 ? [`and ${named.length - 3} more`] : [];
  return new Fault('request-malformed', printable([...named.slice(0, 3), ...more].join('; '), 600));
}
