import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** A listening socket that is opened again on the same port when it breaks. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
  readonly onDown: (because: string) => void;
  readonly onUp: () => void;
  /** For tests: the server that listens. */
  readonly createServer?: (onConnection: (socket: Socket) => void) => Server;
}

const RETRY_HOST_MS = 50;

/** Rejects with 'port-busy' where the port asked for is in use. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const make =
    options.createServer ?? ((onConnection) => createServer({ allowHalfOpen: true, noDelay: true }, onConnection));
  const ending = new AbortController();
  let server = make(options.onConnection);
  const port = await bind(server, options.host, options.port);
  let restarting = Promise.resolve();

  const supervise = (): void => {
    let reason = 'the listening socket closed';
    server.on('error', (error) => {
      reason = error.message;
      server.close();
    });
    server.once('close', () => {
      if (ending.signal.aborted) return;
      options.onDown(reason);
      restarting = restart();
    });
  };
  const restart = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        server = make(options.onConnection);
        await bind(server, options.host, port);
        supervise();
        options.onUp();
        return;
      } catch {
        // still in use, or no file descriptor free: tried again until the capture ends, and the gap stays open
        await delay(RETRY_HOST_MS, undefined, { signal: ending.signal }).catch(() => undefined); // ended meanwhile
      }
    }
  };
  supervise();
  return {
    host: options.host,
    port,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await restarting;
      if (server.listening) await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = error.code === 'EADDRINUSE';
      reject(new Fault(busy ? 'port-busy' : 'proxy-failed', `cannot listen on ${host}:${port}`, { cause: error }));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}
