import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../contract/fault.ts';
import type { Service } from '../service.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted, with a Fault as its reason, when the body comes too slowly or the client goes away. */
    bodySignal: AbortSignal;
  }
}

/** Below this a body does not come from a bad network but from somebody who holds a connection (slow POST, CWE-400). */
const LEAST_BYTES_A_SECOND = 64;
/** How long a client that was answered early may go on sending, so that it can read the answer. */
const LINGER_MS = 2_000;

/** Watches every request that has a body: within each idle window some of it must arrive. */
export function refuseSlowBodies(server: FastifyInstance, service: Pick<Service, 'config'>): void {
  const windowSeconds = service.config.SLEEPTALK_UPLOAD_IDLE_SECONDS;
  const never = new AbortController().signal;
  server.decorateRequest('bodySignal', undefined as unknown as AbortSignal);

  server.addHook('onRequest', async (request, reply) => {
    request.bodySignal = never;
    const { headers, raw } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    if (raw.complete) return;
    const gone = new AbortController();
    request.bodySignal = gone.signal;
    let before = raw.socket.bytesRead;
    const timer = setInterval(() => {
      const { bytesRead } = raw.socket;
      const came = bytesRead - before;
      before = bytesRead;
      if (came >= LEAST_BYTES_A_SECOND * windowSeconds) return;
      clearInterval(timer);
      const fault = new Fault('upload-stalled', `${came} bytes came within ${windowSeconds} s`);
      gone.abort(fault);
      answerEarly(request, reply, fault);
    }, windowSeconds * 1000);
    const stop = (): void => clearInterval(timer);
    raw.once('end', stop);
    raw.once('close', () => {
      stop();
      if (!raw.complete) gone.abort(new Fault('cancelled', 'the client went away'));
    });
  });

  server.addHook('onSend', async (request, reply) => {
    if (request.raw.complete || request.bodySignal === never) return;
    reply.header('connection', 'close');
    linger(request, reply);
  });
}

/** Whoever reads an upload answers by itself when its signal is aborted; a body that is still parsed has nobody. */
function answerEarly(request: FastifyRequest, reply: FastifyReply, fault: Fault): void {
  if (request.routeOptions.config.upload === true || reply.sent) return;
  sendProblem(request, reply, fault);
}

/** Reads on for a moment after an early answer: a connection closed at once would take the answer with it (RFC 9112, 9.6). */
function linger(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    request.raw.unpipe();
    request.raw.resume();
    const timer = setTimeout(() => request.raw.socket.destroy(), LINGER_MS);
    request.raw.once('close', () => clearTimeout(timer));
  });
}
