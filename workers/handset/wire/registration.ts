import net from 'node:net';

interface RegistrationOptions {
  readonly adbPort: number;
  readonly adbServerPort: number;
  readonly connected: () => boolean;
}

const RETRY_MS = 500;

/**
 * Keeps telling an adb server of the handset until it is connected: at start, and again whenever the last connection
 * was lost (the server restarted, adbd changed its user). A server that hears `host:emulator:PORT` connects to that
 * port and names the device by its console port (AOSP packages/modules/adb, SERVICES.TXT and adb.cpp).
 */
export function keepRegistered({ adbPort, adbServerPort, connected }: RegistrationOptions) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const later = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(tell, ms);
  };
  const tell = (): void => {
    if (stopped || connected()) return;
    const socket = net.connect({ host: '127.0.0.1', port: adbServerPort });
    const request = `host:emulator:${adbPort}`;
    socket.setTimeout(RETRY_MS, () => socket.destroy());
    socket.on('connect', () => socket.end(request.length.toString(16).padStart(4, '0') + request));
    socket.on('data', () => undefined);
    socket.on('error', () => socket.destroy()); // No server there yet: 'close' follows and asks again.
    socket.on('close', () => later(RETRY_MS));
  };
  tell();

  return {
    /** The connection was lost: tell the server soon, and then as long as it takes. */
    now: () => later(50),
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
