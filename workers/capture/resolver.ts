import { createSocket, type RemoteInfo, type Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { asksForAddress, RCODE, readQuery, writeAnswer, type Query } from './dns-message.ts';
import type { Journal } from './journal.ts';
import { listen, type Listener } from './listener.ts';
import { createLookupBook, type LookupBook } from './lookups.ts';
import type { NameAnswers } from './name-answers.ts';
import { answerStream } from './resolver-stream.ts';

/** A DNS server on the host's loopback, where the handset's look-ups end. */
export interface NameServer extends AsyncDisposable {
  /** UDP and TCP. */
  readonly port: number;
  /** The name that an address was given out for; null where there is none. */
  nameOf(address: string): string | null;
}

export interface NameServerOptions {
  readonly journal: Journal;
  readonly answers: NameAnswers;
  readonly signal: AbortSignal;
}

const HOST = '127.0.0.1';
const PORT_TRIES = 20;
const MOST_CONNECTIONS = 64;
/** Look-ups under way at the host's resolver; those above fail at once, as a busy server's do. */
const MOST_PENDING = 256;

/**
 * Answers on 127.0.0.1, on a free port that UDP and TCP share, and records each look-up. A is answered from `answers`;
 * AAAA, HTTPS, SVCB and whatever else exist without a record: apps then use IPv4, which is routed, and no encrypted
 * ClientHello. Disposing of it closes `answers`. Rejects with 'proxy-failed' or the signal's reason.
 */
export async function openNameServer(options: NameServerOptions): Promise<NameServer> {
  const { journal, answers, signal } = options;
  signal.throwIfAborted();
  const lookups = createLookupBook(journal);
  const respond = createResponder(answers, lookups);
  const streams = new Set<Socket>();
  const serve = (socket: Socket): void => {
    socket.on('error', ignoreSocketError);
    if (streams.size >= MOST_CONNECTIONS) {
      socket.destroy();
      return;
    }
    streams.add(socket);
    socket.once('close', () => streams.delete(socket));
    void answerStream(socket, respond);
  };
  const { listener, datagrams } = await openBoth(serve, journal);
  let open = true;
  datagrams.on('message', (message: Buffer, from: RemoteInfo) => {
    const send = (reply: Buffer | null): void => {
      // A reply that cannot be sent is a lost datagram, which the asker's next try makes good.
      if (reply !== null && open) datagrams.send(reply, from.port, from.address, () => undefined);
    };
    const reply = respond(message);
    if (reply instanceof Promise) void reply.then(send);
    else send(reply);
  });
  datagrams.on('error', (error) => {
    const because = `look-ups were no longer answered: ${error.message}`;
    journal.gaps.note('proxy-down', { because, lasting: true });
  });
  const closeAll = async (): Promise<void> => {
    open = false;
    answers.close();
    const closed = listener[Symbol.asyncDispose](); // which waits for the connections below
    for (const socket of streams) socket.destroy();
    await new Promise<void>((resolve) => datagrams.close(() => resolve()));
    await closed;
    lookups.close();
  };
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  signal.addEventListener('abort', () => void close(), { once: true });
  return { port: listener.port, nameOf: (address) => answers.nameOf(address), [Symbol.asyncDispose]: close };
}

type Responder = (message: Buffer) => Buffer | null | Promise<Buffer | null>;

function createResponder(answers: NameAnswers, lookups: LookupBook): Responder {
  let pending = 0;
  const later = async (query: Query, answering: ReturnType<NameAnswers['addressesOf']>): Promise<Buffer> => {
    pending += 1;
    try {
      const { rcode, addresses, ttlSeconds } = await answering;
      return writeAnswer(query, rcode, addresses, ttlSeconds);
    } finally {
      pending -= 1;
    }
  };
  return (message) => {
    const reading = readQuery(message);
    if (reading.kind === 'nothing') return null;
    if (reading.kind === 'refused') return reading.reply;
    const { query } = reading;
    lookups.note(query.name, query.type);
    if (!asksForAddress(query)) return writeAnswer(query, RCODE.ok, [], 0);
    if (pending >= MOST_PENDING) return writeAnswer(query, RCODE.failed, [], 0);
    const answer = answers.addressesOf(query.name);
    if (answer instanceof Promise) return later(query, answer);
    return writeAnswer(query, answer.rcode, answer.addresses, answer.ttlSeconds);
  };
}

/** A free port of TCP may be taken on UDP: another is tried then. */
async function openBoth(
  onConnection: (socket: Socket) => void,
  journal: Journal,
): Promise<{ listener: Listener; datagrams: DatagramSocket }> {
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const listener = await listen({
      host: HOST,
      port: 0,
      onConnection,
      onDown: (because) => journal.event('resolver-restarted', because),
      onUp: () => undefined,
    });
    const datagrams = await bindDatagrams(listener.port);
    if (datagrams !== null) return { listener, datagrams };
    await listener[Symbol.asyncDispose]();
  }
  throw new Fault('proxy-failed', `no port of ${HOST} is free for both UDP and TCP`);
}

/** Null where the port is in use. */
function bindDatagrams(port: number): Promise<DatagramSocket | null> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(new Fault('proxy-failed', `the resolver cannot listen on ${HOST}:${port}`, { cause: error }));
    });
    socket.bind(port, HOST, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function ignoreSocketError(): void {
  // 'close' follows, and with it the end of the connection's answers
}
