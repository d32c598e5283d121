import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Line } from './dial.ts';
import { bodyOf } from './head.ts';
import type { Answer, Carrier } from './http.ts';
import type { Wish } from './wish.ts';

/** Host time in which an answer on a raw stream is waited for, where the wish expects one. */
const ANSWER_HOST_MS = 2000;
const MOST_MESSAGE_BYTES = 16 * 1024 * 1024;

/** WebSocket on a connected line; each exchange sends one message. Resolves when the server has accepted the upgrade. */
export async function webSocketCarrier(line: Line, wish: Wish, signal: AbortSignal): Promise<Carrier> {
  const url = new URL(wish.url.href.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, {
    createConnection: () => line.socket as never,
    headers: { 'User-Agent': 'okhttp/4.12.0', 'x-sleeptalk-respond': String(wish.responseBytes) },
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  socket.on('error', () => socket.terminate()); // the exchange under way sees the socket close
  await once(socket, 'open', { signal });
  return {
    usable: () => socket.readyState === WebSocket.OPEN,
    close: () => {
      socket.close(1000);
      setTimeout(() => socket.terminate(), ANSWER_HOST_MS).unref();
    },
    exchange: async (next, nextSignal) => {
      let bodyBytes = 0;
      const count = (data: Buffer): void => void (bodyBytes += data.length);
      socket.on('message', count);
      await new Promise<void>((resolve, reject) => {
        socket.send(bodyOf(next.requestBytes), (error) => (error == null ? resolve() : reject(error)));
      });
      if (next.responseBytes > 0) await answered(socket, 'message', nextSignal);
      socket.off('message', count);
      return { status: 101, bodyBytes };
    },
  };
}

/** Bytes on a TCP or TLS stream without a protocol of ours. */
export function rawCarrier(socket: Duplex): Carrier {
  let bodyBytes = 0;
  socket.on('data', (chunk: Buffer) => void (bodyBytes += chunk.length));
  return {
    usable: () => !socket.destroyed && socket.writable,
    close: () => {
      socket.end();
      setTimeout(() => socket.destroy(), ANSWER_HOST_MS).unref();
    },
    exchange: async (wish, signal) => {
      const before = bodyBytes;
      if (socket.destroyed) throw new Error('Socket closed');
      socket.write(bodyOf(wish.requestBytes));
      if (wish.responseBytes > 0) await answered(socket, 'data', signal);
      return { status: 0, bodyBytes: bodyBytes - before } satisfies Answer;
    },
  };
}

/** Waits for an answer, its end, or long enough: a server that says nothing is no fault of the app. */
async function answered(from: WebSocket | Duplex, event: 'message' | 'data', signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      from.off(event, done);
      from.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ANSWER_HOST_MS);
    from.on(event, done);
    from.on('close', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * A datagram that looks like the first of a QUIC connection: long header, Initial, version 1, two connection ids of
 * eight bytes, padded to the 1200 bytes that RFC 9000 (sections 14.1 and 17.2.2) asks for. Its payload is random.
 */
export function quicInitial(): Buffer {
  const datagram = randomBytes(1200);
  datagram[0] = 0xc0 | ((datagram[0] ?? 0) & 0x0f);
  datagram.writeUInt32BE(1, 1);
  datagram[5] = 8;
  datagram[14] = 8;
  datagram[23] = 0;
  datagram.writeUInt16BE(0x4000 | (1200 - 26), 24);
  return datagram;
}
