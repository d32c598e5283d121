import { createServer } from 'node:net';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** A TCP port of 127.0.0.1 that nobody listens on now. Somebody may take it before it is used: callers try again. */
export async function findFreePort(): Promise<number> {
  return (await tryPort(0)) ?? findFreePort();
}

/** True where nobody listens on that port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null;
}

/**
 * An even port and the odd one after it, both free, outside 5554-5585: any adb server of the machine scans that
 * range and would take the handset for its own (AOSP adb/client/transport_local.cpp).
 */
export async function findConsolePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = (await findFreePort()) & ~1;
    const scanned = port >= 5554 && port <= 5585;
    if (port > 1024 && !scanned && (await isPortFree(port)) && (await isPortFree(port + 1))) return port;
  }
  throw new Fault('port-busy', 'no two neighbouring free ports were found for a console and its adb');
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null)); // in use, or not allowed: not free for us
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
