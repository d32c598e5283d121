import type { Duplex } from 'node:stream';
import type { BurstMeter } from './bursts.ts';

/** Meters of open relays: a timer ends their bursts, so that a silent connection does not hold its last one back. */
const OPEN_METERS = new Set<BurstMeter>();

export function sweepMeters(): void {
  for (const meter of OPEN_METERS) meter.sweep();
}

export interface Taps {
  readonly up: (chunk: Buffer) => void;
  readonly down: (chunk: Buffer) => void;
  readonly meter: BurstMeter;
}

/** Joins the app's stream with the server's, each waiting for the other. Half-closes pass; a broken end ends both. */
export function join(app: Duplex, server: Duplex, taps: Taps): void {
  OPEN_METERS.add(taps.meter);
  app.on('data', taps.up).on('error', () => server.destroy());
  server.on('data', taps.down).on('error', () => app.destroy());
  app.once('close', () => {
    OPEN_METERS.delete(taps.meter);
    server.destroy();
  });
  server.once('close', () => {
    if (!app.writableEnded) app.end();
    if (!server.readableEnded) app.destroy();
    app.resume(); // the pipe's end paused it, and the app's own end would never be read
  });
  app.pipe(server);
  server.pipe(app);
}

/** Takes what the app sends and never answers; ends when the app does. What was sent is counted by the taps. */
export function sink(app: Duplex, taps: Pick<Taps, 'up' | 'meter'>): void {
  OPEN_METERS.add(taps.meter);
  app.on('data', taps.up).on('error', () => app.destroy());
  app.once('end', () => app.end());
  app.once('close', () => OPEN_METERS.delete(taps.meter));
  app.resume();
}
