import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Egress, Upstream } from './egress/egress.ts';

/**
 * The server side of one connection of the app, and of no other ("mirrored"): the server then sees as many connections
 * as the app made, and a server's close reaches the app. Where TLS was intercepted, every request goes to the host the
 * handshake was with, whatever its Host header says.
 */
export class UpstreamAgent extends Agent {
  /** Checked by node:http and node:https against the scheme of a request. */
  readonly protocol: 'http:' | 'https:';
  readonly #egress: Egress;
  readonly #signal: AbortSignal;
  readonly #onServerClose: () => void;
  #first: Upstream | null;

  constructor(options: {
    readonly egress: Egress;
    readonly secure: boolean;
    /** Opened already, to learn the protocol that the server speaks. */
    readonly first: Upstream | null;
    readonly onServerClose: () => void;
    readonly signal: AbortSignal;
  }) {
    super({ keepAlive: true });
    this.protocol = options.secure ? 'https:' : 'http:';
    this.#egress = options.egress;
    this.#first = options.first;
    this.#signal = options.signal;
    this.#onServerClose = options.onServerClose;
  }

  override createConnection(
    options: AgentOptions & { host?: string; port?: number | string },
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.open(options.host ?? '', Number(options.port)).then(
      (stream) => done?.(null, stream),
      (error: unknown) => done?.(error as Error, undefined as unknown as Duplex), // node:http looks at the error first
    );
  }

  /** A stream to the server, in the clear. Rejects with the egress's Fault. */
  async open(host: string, port: number): Promise<Duplex> {
    const first = this.#first;
    this.#first = null;
    const secure = this.protocol === 'https:';
    const alpn = ['http/1.1'];
    const ready = first && !first.stream.destroyed ? first : null;
    const upstream = ready ?? (await this.#egress.connect({ host, port, secure, alpn }, this.#signal));
    upstream.stream.once('close', this.#onServerClose);
    return upstream.stream;
  }

  /** The streams of a sealed run are no sockets: they have neither TCP keep-alive nor a hold on the event loop. */
  override keepSocketAlive(stream: Duplex): boolean {
    return !stream.destroyed;
  }

  override reuseSocket(): void {
    // nothing to undo: see keepSocketAlive
  }

  override destroy(): void {
    this.#first?.stream.destroy();
    super.destroy();
  }
}
