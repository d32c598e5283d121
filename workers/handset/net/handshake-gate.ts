import { Duplex } from 'node:stream';

const APPLICATION_DATA = 0x17;
const ALERT_CERTIFICATE_UNKNOWN = 46;

/**
 * Stands between a TLS client and its socket while the server's certificate is being judged. Node's client judges only
 * after the handshake, an Android app in its midst: so the client's last flight of TLS 1.3 (the first record of type
 * 23) is held back until {@link HandshakeGate.admit}; {@link HandshakeGate.refuse} sends the alert instead, which a
 * server takes unencrypted as long as nothing encrypted has come (RFC 8446, section 6). With TLS 1.2 nothing is held:
 * a refusal there closes the connection after the handshake.
 */
export class HandshakeGate extends Duplex {
  readonly #inner: Duplex;
  #held: Buffer[] = [];
  #admitted = false;
  #holding = false;

  constructor(inner: Duplex) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    inner.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) inner.pause();
    });
    inner.once('end', () => this.push(null));
    inner.once('close', () => this.destroy());
    inner.on('error', (error) => this.destroy(error));
  }

  /** The certificate is accepted: what was held goes out, and the gate is out of the way. */
  admit(): void {
    this.#admitted = true;
    for (const chunk of this.#held) this.#inner.write(chunk);
    this.#held = [];
  }

  /** Ends the connection with the alert that Conscrypt sends for a certificate that its trust manager refuses. */
  refuse(): void {
    if (this.#holding) {
      this.#held = [];
      this.#inner.end(Buffer.from([0x15, 3, 3, 0, 2, 2, ALERT_CERTIFICATE_UNKNOWN]));
    } else this.#inner.end();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#admitted) {
      this.#inner.write(chunk, () => done());
      return;
    }
    const from = this.#holding ? 0 : firstEncrypted(chunk);
    if (from > 0) this.#inner.write(chunk.subarray(0, from));
    if (from < chunk.length) {
      this.#holding = true;
      this.#held.push(chunk.subarray(from));
    }
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#inner.writableEnded) this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // After a refusal the alert must still leave; the peer's answer to it closes the socket.
    if (!this.#inner.writableEnded) this.#inner.destroy();
    else this.#inner.resume();
    done(error);
  }
}

/** Offset of the first record of type 23, or the length: a flight is written in whole records. */
function firstEncrypted(flight: Buffer): number {
  let at = 0;
  while (at + 5 <= flight.length) {
    if (flight[at] === APPLICATION_DATA) return at;
    at += 5 + flight.readUInt16BE(at + 3);
  }
  return flight.length;
}
