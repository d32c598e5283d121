import { duplexPair, type Duplex } from 'node:stream';
import { FileError } from './files/file-error.ts';
import type { Listeners } from './system.ts';

const LEAST_FREE_PORT = 32_768;
const MOST_PORT = 65_535;

/** The registry of what listens inside the handset. Nothing of it touches the host's network. */
export function createListeners(): Listeners {
  const listening = new Map<number | string, (socket: Duplex) => void>();
  let lastFree = LEAST_FREE_PORT;
  return {
    listen(address, onSocket) {
      if (listening.has(address)) throw new FileError('EADDRINUSE', String(address));
      listening.set(address, onSocket);
      return () => {
        if (listening.get(address) === onSocket) listening.delete(address);
      };
    },
    connect(address) {
      const onSocket = listening.get(address);
      if (onSocket === undefined) return null;
      const [near, far] = duplexPair();
      // A socket that fails is closed for its user; without a listener Node would end the handset.
      for (const side of [near, far]) side.on('error', () => side.destroy());
      tie(near, far);
      tie(far, near);
      setImmediate(() => onSocket(far));
      return near;
    },
    addresses: () => [...listening.keys()],
    freePort() {
      do lastFree = lastFree >= MOST_PORT ? LEAST_FREE_PORT : lastFree + 1;
      while (listening.has(lastFree));
      return lastFree;
    },
  };
}

/** When one end is closed, the other closes too: at once, or when it has read what was still said to it. */
function tie(closing: Duplex, other: Duplex): void {
  closing.once('close', () => {
    if (closing.writableFinished && !other.readableEnded) other.once('end', () => other.destroy());
    else other.destroy();
  });
}
