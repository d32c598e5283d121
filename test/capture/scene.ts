import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import {
  CaptureRecord,
  type ConnectionRecord,
  type GapRecord,
  type SessionRecord,
} from '../../orchestrator/contract/capture.ts';
import { openCapture, type Capture, type CaptureOptions } from '../../workers/capture/capture.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import type { Egress } from '../../workers/capture/egress/egress.ts';
import { createSealedEgress } from '../../workers/capture/egress/sealed.ts';

/** A capture with everything around it, on loopback and in a folder of its own. */
export interface Scene extends AsyncDisposable {
  readonly capture: Capture;
  readonly directory: string;
  tcp(): Promise<Socket>;
  /** A TLS client of the app, straight into the front as redirection would bring it. */
  tls(host: string, options?: ConnectionOptions): Promise<TLSSocket>;
  /** The same for clients that want the stream before it is ready. */
  tlsNow(host: string, options?: ConnectionOptions): TLSSocket;
  /** Closes the capture and reads back what it wrote. */
  records(): Promise<Records>;
}

export interface Records {
  readonly all: readonly CaptureRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly connections: readonly ConnectionRecord[];
  readonly gaps: readonly GapRecord[];
}

export interface SceneOptions extends Partial<CaptureOptions> {
  readonly clockRate?: number;
  readonly hostNowMs?: () => number;
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-capture-'));
  const { clockRate = 1, hostNowMs, ...rest } = options;
  const egress: Egress = options.egress ?? createSealedEgress();
  const clock = options.clock ?? createSessionClock({ clockRate, ...(hostNowMs ? { hostNowMs } : {}) });
  clock.start();
  const capture = await openCapture({
    directory,
    packageName: 'org.example.torch',
    clock,
    egress,
    passthroughHosts: [],
    signal: new AbortController().signal,
    start: { windowMs: 60_000, device: { kind: 'simulated' } },
    silenceMs: 80,
    ...rest,
  });
  const tcp = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: capture.port });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket;
  };
  return {
    capture,
    directory,
    tcp,
    async tls(host, tlsOptions = {}) {
      const socket = await tcp();
      return new Promise((resolve, reject) => {
        const stream = connectTls({ socket, ca: [capture.caPem], servername: host, ...tlsOptions });
        stream.once('secureConnect', () => resolve(stream)).once('error', reject);
        stream.once('close', () => reject(new Error('closed before the handshake was done')));
      });
    },
    tlsNow: (host, tlsOptions = {}) =>
      connectTls({ host: '127.0.0.1', port: capture.port, ca: [capture.caPem], servername: host, ...tlsOptions }),
    async records() {
      await capture.close();
      return readRecords(join(directory, 'capture.ndjson'));
    },
    async [Symbol.asyncDispose]() {
      await capture.close().catch(() => undefined); // a test about faults has looked at them already
      await egress[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function readRecords(path: string): Promise<Records> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const all = lines.map((line) => CaptureRecord.parse(JSON.parse(line)));
  return {
    all,
    sessions: all.filter((record) => record.type === 'session'),
    connections: all.filter((record) => record.type === 'connection'),
    gaps: all.filter((record) => record.type === 'gap'),
  };
}

/** Reads a stream until it ends, or until what came satisfies. */
export function readUntil(stream: Socket, enough: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => {
      stream.off('data', onData);
      resolve(text);
    };
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (enough(text)) done();
    };
    stream.on('data', onData).once('end', done).once('close', done).on('error', done);
  });
}

export async function eventually(check: () => boolean, withinMs = 5000): Promise<void> {
  const until = Date.now() + withinMs;
  while (!check()) {
    if (Date.now() > until) throw new Error(`not within ${withinMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
