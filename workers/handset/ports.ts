import net from 'node:net';

/** A port that the handset was told to use is taken. */
export class PortBusy extends Error {
  override readonly name = 'PortBusy';
  readonly port: number;
  constructor(port: number) {
    super(`port ${port} is in use`);
    this.port = port;
  }
}

/** Two listening servers on loopback. */
export interface PortPair {
  readonly console: net.Server;
  readonly adb: net.Server;
  readonly consolePort: number;
  readonly adbPort: number;
}

/** Emulators of developers live here and every adb server looks for them; a free pair is sought elsewhere. */
const SCANNED = { least: 5554, most: 5585 } as const;
const FREE = { least: 20_000, most: 30_000 } as const;
const MOST_TRIES = 200;

/** Listens on the pair asked for, or throws PortBusy; console port 0 means any free pair. */
export async function openPorts(consolePort: number, adbPort: number | null): Promise<PortPair> {
  if (consolePort !== 0) return openPair(consolePort, adbPort ?? consolePort + 1);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const span = (FREE.most - FREE.least) / 2;
    const candidate = FREE.least + 2 * Math.floor(Math.random() * span);
    if (candidate >= SCANNED.least && candidate <= SCANNED.most) continue;
    try {
      return await openPair(candidate, candidate + 1);
    } catch (error) {
      if (!(error instanceof PortBusy)) throw error;
    }
  }
  throw new PortBusy(0);
}

async function openPair(consolePort: number, adbPort: number): Promise<PortPair> {
  const console = await listen(consolePort);
  try {
    return { console, consolePort, adb: await listen(adbPort), adbPort };
  } catch (error) {
    console.close();
    throw error;
  }
}

function listen(port: number): Promise<net.Server> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? new PortBusy(port) : error);
    });
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}
