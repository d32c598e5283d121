import type { Socket } from 'node:net';
import { Pipe } from '../shell/pipe.ts';
import { FrameReader, MOST_PAYLOAD_BYTES, VERSION, type Frame } from './frame.ts';
import { FrameWriter } from './frame-writer.ts';

/** One stream as a service sees it: bytes in, bytes out, and a signal for when the client is gone. */
export interface ServiceStream {
  readonly input: Pipe;
  readonly output: Pipe;
  readonly signal: AbortSignal;
}

/** A service that runs until its stream should be closed. */
export type Service = (stream: ServiceStream) => Promise<void>;

export interface ConnectionOptions {
  readonly banner: () => string;
  /** The service that a client asked for, or null: the stream is refused. Asked after the handshake only. */
  readonly open: (name: string, connection: AdbConnection) => Service | null;
}

interface Stream extends ServiceStream {
  readonly localId: number;
  remoteId: number;
  readonly abort: AbortController;
  /** Resolves when the other side has taken our last WRTE, or the stream is gone. */
  taken: (() => void) | null;
  closed: boolean;
}

const MOST_STREAMS = 512;
const INPUT_HIGH_WATER_BYTES = 512 * 1024;

/**
 * adbd's end of one transport. Each stream has one WRTE of each side in flight at most: we send the next when OKAY
 * came, and send our OKAY when the service has taken enough of what came.
 */
export class AdbConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #streams = new Map<number, Stream>();
  readonly #waiting = new Map<number, (stream: ServiceStream | null) => Service | null>();
  #nextId = 1;
  #peerMostBytes = 4096;
  #online = false;
  readonly #writer: FrameWriter;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    this.#options = options;
    socket.setNoDelay(true);
    const frames = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of frames.push(chunk)) this.#receive(frame);
      } catch {
        socket.destroy(); // A client that does not speak adb loses its connection, and nothing else happens.
      }
    });
    socket.on('error', () => socket.destroy()); // 'close' follows and does the work.
    socket.on('close', () => this.#closeAll());
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  /** The device opens a stream to the host, as adb reverse does. `decide` gets the stream, or null if refused. */
  openToHost(destination: string, decide: (stream: ServiceStream | null) => Service | null): void {
    if (!this.#online || this.#streams.size + this.#waiting.size >= MOST_STREAMS) {
      decide(null);
      return;
    }
    const localId = this.#takeId();
    this.#waiting.set(localId, decide);
    this.#writer.send('OPEN', localId, 0, Buffer.from(`${destination}\0`));
  }

  #receive(frame: Frame): void {
    switch (frame.command) {
      case 'CNXN':
        this.#closeAll();
        this.#peerMostBytes = Math.max(1, Math.min(frame.arg1, MOST_PAYLOAD_BYTES));
        this.#online = true;
        this.#writer.send('CNXN', VERSION, MOST_PAYLOAD_BYTES, Buffer.from(this.#options.banner()));
        return;
      case 'OPEN':
        if (this.#online) this.#accept(frame);
        return;
      case 'OKAY':
        this.#acknowledged(frame);
        return;
      case 'WRTE': {
        const stream = this.#streams.get(frame.arg1);
        if (stream === undefined || stream.closed) this.#writer.send('CLSE', 0, frame.arg0);
        else void this.#deliver(stream, frame.payload);
        return;
      }
      case 'CLSE':
        this.#closedByPeer(frame);
        return;
      case 'AUTH': // We never ask for it (ro.adb.secure=0).
      case 'STLS':
        return;
    }
  }

  #accept(frame: Frame): void {
    const name = frame.payload.toString('utf8').replace(/\0+$/, '');
    const service = this.#streams.size < MOST_STREAMS ? this.#options.open(name, this) : null;
    if (service === null) {
      this.#writer.send('CLSE', 0, frame.arg0);
      return;
    }
    const stream = this.#makeStream(this.#takeId(), frame.arg0);
    this.#writer.send('OKAY', stream.localId, stream.remoteId);
    void this.#run(stream, service);
  }

  #acknowledged(frame: Frame): void {
    const decide = this.#waiting.get(frame.arg1);
    if (decide !== undefined) {
      this.#waiting.delete(frame.arg1);
      const stream = this.#makeStream(frame.arg1, frame.arg0);
      const service = decide(stream);
      if (service !== null) void this.#run(stream, service);
      return;
    }
    const stream = this.#streams.get(frame.arg1);
    stream?.taken?.();
  }

  #closedByPeer(frame: Frame): void {
    const decide = this.#waiting.get(frame.arg1);
    this.#waiting.delete(frame.arg1);
    decide?.(null);
    const stream = this.#streams.get(frame.arg1);
    if (stream === undefined) return;
    if (!stream.closed) this.#writer.send('CLSE', stream.localId, stream.remoteId);
    this.#end(stream);
  }

  #makeStream(localId: number, remoteId: number): Stream {
    const abort = new AbortController();
    const stream: Stream = {
      localId,
      remoteId,
      abort,
      signal: abort.signal,
      input: new Pipe(INPUT_HIGH_WATER_BYTES),
      output: new Pipe(),
      taken: null,
      closed: false,
    };
    this.#streams.set(localId, stream);
    return stream;
  }

  /** Runs a service and pumps what it writes; closes the stream when all of it was taken. */
  async #run(stream: Stream, service: Service): Promise<void> {
    const pumping = this.#pump(stream);
    try {
      await service(stream);
    } catch {
      // A service that fails ends its own stream: the client sees it close, as when a service of adbd dies.
    }
    stream.output.end();
    await pumping;
    if (!stream.closed) {
      stream.closed = true;
      this.#writer.send('CLSE', stream.localId, stream.remoteId);
    }
    this.#end(stream);
  }

  async #pump(stream: Stream): Promise<void> {
    for (;;) {
      await stream.output.readable();
      // One turn's patience: small writes that belong together then share a frame, and a round trip.
      await new Promise((resolve) => setImmediate(resolve));
      const chunk = await stream.output.read(this.#peerMostBytes);
      if (chunk === null || stream.closed) return;
      const taken = new Promise<void>((resolve) => {
        stream.taken = resolve;
      });
      this.#writer.send('WRTE', stream.localId, stream.remoteId, chunk);
      await taken;
    }
  }

  async #deliver(stream: Stream, payload: Buffer): Promise<void> {
    stream.input.write(payload);
    await stream.input.drained();
    if (!stream.closed) this.#writer.send('OKAY', stream.localId, stream.remoteId);
  }

  #end(stream: Stream): void {
    stream.closed = true;
    this.#streams.delete(stream.localId);
    stream.abort.abort();
    stream.input.end();
    stream.output.break();
    stream.taken?.();
  }

  #closeAll(): void {
    this.#online = false;
    for (const stream of [...this.#streams.values()]) this.#end(stream);
    for (const decide of [...this.#waiting.values()]) decide(null);
    this.#waiting.clear();
  }

  #takeId(): number {
    while (this.#streams.has(this.#nextId) || this.#waiting.has(this.#nextId)) this.#nextId = nextOf(this.#nextId);
    const id = this.#nextId;
    this.#nextId = nextOf(id);
    return id;
  }
}

function nextOf(id: number): number {
  return id >= 0x7fffffff ? 1 : id + 1;
}
