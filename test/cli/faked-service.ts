import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SubmissionView } from '../../orchestrator/contract/api.ts';
import type { StoredEvent, SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakedService extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

type Answer = (request: Asked, response: ServerResponse) => void | Promise<void>;

/** Answers as the service's API would where `answers` says so, by method and path; anything else is no part of it. */
export async function fakeService(answers: Readonly<Record<string, Answer>>): Promise<FakedService> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('latin1') };
      asked.push(one);
      const answer = answers[`${method} ${url.replace('/api/v1', '')}`];
      if (answer === undefined) problem(response, 404, 'not-found', 'nothing here');
      else await answer(one, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
): void {
  const body = { type: `https://docs/faults#${code}`, title: code, status, detail, code, instance: 'req-1' };
  json(response, status, body, { 'content-type': 'application/problem+json', ...headers });
}

export function view(changes: Partial<SubmissionView> = {}): SubmissionView {
  return {
    id: 'sub-1',
    files: [{ sha256: 'a'.repeat(64), fileName: 'app.apk', sizeBytes: 1 }],
    options: SubmissionOptions.parse({}),
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    state: 'queued',
    verdict: null,
    fault: null,
    package: null,
    label: null,
    versionCode: null,
    versionName: null,
    function: null,
    urgency: 'normal',
    submittedBy: null,
    callbackUrl: null,
    report: null,
    review: null,
    ...changes,
  };
}

/** One server-sent event, as the service writes them. */
export function sent(id: string, event: SubmissionEvent): string {
  const stored: StoredEvent = { id, submission: 'sub-1', at: '2026-01-01T00:00:00.000Z', event };
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(stored)}\n\n`;
}
