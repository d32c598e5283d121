import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Fault } from '../contract/fault.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/** Answers what is no HTTP, or too slow or too large in its head: there is no request yet that could have a reply. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(faultOf(error.code), `req-${randomBytes(8).toString('hex')}`);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Refused`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function faultOf(code: string | undefined): Fault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Fault('upload-stalled', 'the head of the request came too slowly');
  if (code === 'HPE_HEADER_OVERFLOW') return new Fault('request-malformed', 'the headers are too large');
  return new Fault('request-malformed', 'it is no HTTP/1.1 request');
}
