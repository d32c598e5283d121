import { Agent, request, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Line } from './dial.ts';
import { bodyOf, headersOf } from './head.ts';
import type { Wish } from './wish.ts';

export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
}

/** A connection that can carry one exchange after another. */
export interface Carrier {
  readonly usable: () => boolean;
  exchange(wish: Wish, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** HTTP on a connected line, in the version that ALPN chose. */
export function httpCarrier(line: Line, origin: string): Carrier {
  return line.alpn === 'h2' ? http2Carrier(line.socket, origin) : http1Carrier(line);
}

function http1Carrier({ socket, viaProxy }: Line): Carrier {
  // One agent for one connection: it may be used again, never replaced behind our back.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let given = false;
  (agent as unknown as { createConnection: () => Duplex }).createConnection = () => {
    if (given) throw new Error('unexpected end of stream');
    given = true;
    return socket;
  };
  return {
    usable: () => !socket.destroyed && socket.writable && !socket.readableEnded,
    close: () => {
      agent.destroy();
      socket.destroy();
    },
    exchange: async (wish, signal) => {
      const path = viaProxy ? wish.url.href : wish.url.pathname + wish.url.search;
      const headers = headersOf(wish);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = { agent, method: wish.method, path, headers, setHost: false, setDefaultHeaders: false, signal };
        const sent = request({ ...options, host: wish.url.hostname }, resolve);
        sent.once('error', reject);
        sent.end(wish.method === 'POST' ? bodyOf(wish.requestBytes) : undefined);
      });
      let bodyBytes = 0;
      for await (const chunk of answer) bodyBytes += (chunk as Buffer).length;
      return { status: answer.statusCode ?? 0, bodyBytes };
    },
  };
}

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants;

function http2Carrier(socket: Duplex, origin: string): Carrier {
  const session: ClientHttp2Session = connectHttp2(origin, { createConnection: () => socket });
  session.on('error', () => session.destroy()); // the exchange under way fails with the session and reports it
  return {
    usable: () => !session.closed && !session.destroyed,
    close: () => session.close(),
    exchange: (wish, signal) =>
      new Promise<Answer>((resolve, reject) => {
        const own = Object.entries(headersOf(wish)).filter(([name]) => !/^(host|connection)$/i.test(name));
        const stream = session.request({
          [HTTP2_HEADER_METHOD]: wish.method,
          [HTTP2_HEADER_PATH]: wish.url.pathname + wish.url.search,
          ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value])),
        });
        const stop = (): void => void stream.destroy(new Error('the request was given up'));
        signal.addEventListener('abort', stop, { once: true });
        let status = 0;
        let bodyBytes = 0;
        stream.once('response', (headers) => void (status = Number(headers[HTTP2_HEADER_STATUS])));
        stream.on('data', (chunk: Buffer) => void (bodyBytes += chunk.length));
        stream.once('error', reject);
        stream.once('close', () => {
          signal.removeEventListener('abort', stop);
          if (status === 0) reject(new Error('stream was reset'));
          else resolve({ status, bodyBytes });
        });
        stream.end(wish.method === 'POST' ? bodyOf(wish.requestBytes) : undefined);
      }),
  };
}
