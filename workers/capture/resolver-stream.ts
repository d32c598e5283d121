import type { Socket } from 'node:net';

/** Host milliseconds that a connection may rest between two questions (RFC 7766, 6.2.3, leaves it to the server). */
const IDLE_HOST_MS = 10_000;
/** A query is a header, one name and a few options. */
const MOST_QUERY_BYTES = 4096;

/**
 * Answers the questions of one TCP connection in their order, each message behind its length in two bytes (RFC 1035,
 * 4.2.2). What is no question ends the connection; a client that does not read its answers is not read either.
 */
export async function answerStream(
  socket: Socket,
  answer: (message: Buffer) => Buffer | null | Promise<Buffer | null>,
): Promise<void> {
  socket.setTimeout(IDLE_HOST_MS, () => socket.destroy());
  let held: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (held.length >= 2) {
        const length = held.readUInt16BE(0);
        if (length > MOST_QUERY_BYTES) return;
        if (held.length < 2 + length) break;
        const reply = await answer(held.subarray(2, 2 + length));
        held = held.subarray(2 + length);
        if (reply === null) return;
        if (!(await send(socket, reply))) return;
      }
    }
    socket.end();
  } catch {
    // the client went away in the middle; nothing of it is left to answer
  } finally {
    if (!socket.writableEnded) socket.destroy();
  }
}

/** False where the connection ended before there was room for more. */
function send(socket: Socket, reply: Buffer): Promise<boolean> {
  const framed = Buffer.alloc(2 + reply.length);
  framed.writeUInt16BE(reply.length, 0);
  reply.copy(framed, 2);
  if (socket.write(framed)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      resolve(!socket.destroyed);
    };
    socket.once('drain', settle).once('close', settle);
  });
}
