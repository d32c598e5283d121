import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Problem, SubmissionView } from '../../orchestrator/contract/api.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { FAULTS, type FaultCode } from '../../orchestrator/contract/faults.ts';
import { lookUp } from '../../orchestrator/contract/look-up.ts';

/** The part of the HTTP API that `submit` uses. Failures are Faults: the code of the problem where it is a known one. */
export interface Api {
  /** Sends the files of one app. Repeated while the service cannot take them; a repeat gets the same submission. */
  submit(files: readonly UploadedFile[], fields: Readonly<Record<string, string>>): Promise<SubmissionView>;
  submission(id: string): Promise<SubmissionView>;
  /** The sentence under the verdict of a report. */
  sentence(report: string): Promise<string>;
  /** The body of server-sent events, from the one after `after` on. */
  events(submission: string, after: string | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Where people look at a page of the service. */
  pageOf(kind: 'submissions' | 'reports', id: string): string;
}

export interface UploadedFile {
  readonly path: string;
  readonly fileName: string;
}

export interface ApiOptions {
  readonly server: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
  /** Wait before a repeat, where the service does not say. */
  readonly retryMs?: number;
}

const TRIES = 5;
const RETRY_MS = 2_000;
const MOST_RETRY_MS = 60_000;

export function openApi(options: ApiOptions): Api {
  const base = new URL('api/v1/', options.server.endsWith('/') ? options.server : `${options.server}/`);
  const { signal, token } = options;
  const send = options.fetch ?? fetch;

  async function once(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) };
    let response: Response;
    try {
      response = await send(new URL(path, base), {
        signal,
        ...init,
        redirect: 'error', // a token goes to the address that was given, and to no other
        headers: { ...headers, authorization: `Bearer ${token}` },
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new Fault('server-unreachable', `${base.origin}: ${printable(reasonOf(error))}`, { cause: error });
    }
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  /** Repeats what was refused for now; `init` is made anew for each try, since a body is read once. */
  async function repeating(path: string, init: () => Promise<RequestInit>): Promise<Response> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await once(path, await init());
      } catch (error) {
        const passing = error instanceof Fault && (error.retryable || error.code === 'server-unreachable');
        if (!passing || tried >= TRIES) throw error;
        const asked = error instanceof Refusal ? error.retryAfterMs : null;
        await sleep(Math.min(asked ?? (options.retryMs ?? RETRY_MS) * 2 ** (tried - 1), MOST_RETRY_MS), undefined, {
          signal,
        });
      }
    }
  }

  async function read<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(await response.json().catch(() => null)); // no JSON is not of that form either
    if (parsed.success) return parsed.data;
    throw new Fault('server-not-understood', `${base.origin}: an answer that is not of the documented form`);
  }

  return {
    submit: async (files, fields) =>
      read(
        await repeating('submissions', async () => ({ method: 'POST', body: await formOf(files, fields) })),
        SubmissionView,
      ),
    submission: async (id) => read(await once(`submissions/${encodeURIComponent(id)}`), SubmissionView),
    sentence: async (report) =>
      (await read(await once(`reports/${encodeURIComponent(report)}`), z.looseObject({ sentence: z.string() })))
        .sentence,
    async events(submission, after, within) {
      const headers = { accept: 'text/event-stream', ...(after === null ? {} : { 'last-event-id': after }) };
      const response = await once(`submissions/${encodeURIComponent(submission)}/events`, { headers, signal: within });
      if (response.body !== null) return response.body;
      throw new Fault('server-not-understood', `${base.origin}: events without a body`);
    },
    pageOf: (kind, id) => new URL(`../../${kind}/${encodeURIComponent(id)}`, base).href,
  };
}

/** A problem that the service answered with. */
class Refusal extends Fault {
  readonly retryAfterMs: number | null;

  constructor(code: FaultCode, detail: string, retryAfterMs: number | null) {
    super(code, detail);
    this.retryAfterMs = retryAfterMs;
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const seconds = Number(response.headers.get('retry-after') ?? 'none');
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  const problem = Problem.partial().safeParse(await response.json().catch(() => null)); // another server's page
  if (!problem.success) return new Refusal('server-not-understood', `status ${response.status}`, retryAfterMs);
  const { code = '', title = '', detail = '' } = problem.data;
  const words = printable(detail === '' ? title : detail, 500);
  if (lookUp(FAULTS, code) !== undefined) return new Refusal(code as FaultCode, words, retryAfterMs);
  return new Refusal('server-not-understood', `status ${response.status}, ${printable(code)}: ${words}`, retryAfterMs);
}

/** Fields first, so that the service can refuse them before it takes the files; files are streamed from disk. */
async function formOf(files: readonly UploadedFile[], fields: Readonly<Record<string, string>>): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { path, fileName } of files) form.append('apk', await openAsBlob(path), fileName);
  return form;
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const words = cause instanceof Error ? cause.message : String(cause);
  return typeof code === 'string' && !words.includes(code) ? `${code} ${words}`.trim() : words;
}
