import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault, printable } from '../orchestrator/contract/fault.ts';

/** Answers whoever watches over processes: `/healthz` while the process runs, `/readyz` while its ledger hears it. */
export interface Health extends AsyncDisposable {
  readonly address: string;
  /** The ledger was told of this worker at that time. */
  heard(at: Date): void;
}

/** Three heartbeats. */
const FRESH_MS = 30_000;

/** @throws Fault `port-busy` */
export async function openHealth(
  listen: { readonly host: string; readonly port: number },
  nowMs: () => number = Date.now,
): Promise<Health> {
  let heardAtMs: number | null = null;
  const server = createServer((request, response) => {
    const isReady = heardAtMs !== null && nowMs() - heardAtMs < FRESH_MS;
    const status = request.url === '/healthz' ? 200 : request.url !== '/readyz' ? 404 : isReady ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify({ status, ready: isReady })}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Fault('port-busy', `${listen.host}:${listen.port}: ${printable(error.message)}`, { cause: error }));
    });
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    heard: (at) => void (heardAtMs = at.getTime()),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
