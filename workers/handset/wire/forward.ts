import type { Duplex } from 'node:stream';
import { FileError } from '../files/file-error.ts';
import type { Listeners } from '../system.ts';
import type { AdbConnection, Service, ServiceStream } from './connection.ts';

/** `tcp:PORT` and `localabstract:NAME`: a stream to what listens inside the handset; null where nobody does. */
export function connectInside(listeners: Listeners, name: string): Service | null {
  const address = addressOf(name);
  const socket = address === null ? null : listeners.connect(address);
  if (socket === null) return null;
  return (stream) => join(stream, socket);
}

/** An address of {@link Listeners}, or null for what the handset has no sockets of. */
function addressOf(name: string): number | string | null {
  const tcp = /^tcp:(\d{1,5})$/.exec(name);
  if (tcp !== null) return Number(tcp[1]);
  return /^(?:localabstract|local):(.+)$/.exec(name)?.[1] ?? null;
}

/** What the inside has not read this long after its client went away is dropped. */
const LINGER_MS = 5000;

/** Carries bytes both ways until either side ends. adb streams have no half-close. */
async function join({ input, output, signal }: ServiceStream, socket: Duplex): Promise<void> {
  let linger: NodeJS.Timeout | undefined;
  const clientGone = (): void => {
    linger = setTimeout(() => socket.destroy(), LINGER_MS);
  };
  signal.addEventListener('abort', clientGone, { once: true });
  const inward = async (): Promise<void> => {
    for await (const chunk of input) {
      if (socket.destroyed) return;
      if (!socket.write(chunk)) await drained(socket);
    }
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.end(resolve);
    });
  };
  const outward = async (): Promise<void> => {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      output.write(chunk);
      await output.drained();
    }
  };
  try {
    await Promise.race([outward(), inward()]);
  } catch {
    // The socket broke: for the client that is the end of the stream.
  } finally {
    clearTimeout(linger);
    signal.removeEventListener('abort', clientGone);
    socket.destroy();
  }
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

const MOST_REVERSES = 64;

/** `adb reverse` of one connection: ports of the handset that lead to the host. */
export class Reverses {
  readonly #listeners: Listeners;
  readonly #open = new Map<string, { remote: string; stop: () => void }>();

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  /** The part after `reverse:`; null where it is no such request. */
  serve(request: string, connection: AdbConnection): Service | null {
    const reply =
      (text: string): Service =>
      async ({ output }) =>
        output.write(Buffer.from(text));
    if (request === 'list-forward') return reply(protocolString(this.#list()));
    if (request === 'killforward-all') {
      this.closeAll();
      return reply('OKAY');
    }
    const kill = /^killforward:(.+)$/.exec(request);
    if (kill !== null) return reply(this.#kill(kill[1] ?? ''));
    const forward = /^forward:(norebind:)?([^;]+);(.+)$/.exec(request);
    if (forward === null) return null;
    return reply(this.#add(forward[2] ?? '', forward[3] ?? '', forward[1] !== undefined, connection));
  }

  closeAll(): void {
    for (const { stop } of this.#open.values()) stop();
    this.#open.clear();
  }

  #add(local: string, remote: string, noRebind: boolean, connection: AdbConnection): string {
    const chosen = local === 'tcp:0' ? `tcp:${this.#listeners.freePort()}` : local;
    const address = addressOf(chosen);
    if (address === null) return failure(`unknown socket specification: ${chosen}`);
    const before = this.#open.get(chosen);
    if (before !== undefined && noRebind) return failure('cannot rebind existing socket');
    if (before === undefined && this.#open.size >= MOST_REVERSES) return failure('too many reverse sockets');
    before?.stop();
    this.#open.delete(chosen);
    try {
      const stop = this.#listeners.listen(address, (socket) => {
        connection.openToHost(remote, (stream) => {
          if (stream !== null) return (opened) => join(opened, socket);
          socket.destroy();
          return null;
        });
      });
      this.#open.set(chosen, { remote, stop });
    } catch (error) {
      const why = error instanceof FileError ? error.message : 'I/O error';
      return failure(`cannot bind listener: ${why}`);
    }
    return local === 'tcp:0' ? `OKAY${protocolString(chosen.slice('tcp:'.length))}` : 'OKAY';
  }

  #kill(local: string): string {
    const found = this.#open.get(local);
    if (found === undefined) return failure(`listener '${local}' not found`);
    found.stop();
    this.#open.delete(local);
    return 'OKAY';
  }

  #list(): string {
    return [...this.#open].map(([local, { remote }]) => `host-1 ${local} ${remote}\n`).join('');
  }
}

/** Four hexadecimal digits of length, then the text. */
export function protocolString(text: string): string {
  return Buffer.byteLength(text).toString(16).padStart(4, '0') + text;
}

function failure(message: string): string {
  return `FAIL${protocolString(message)}`;
}
