import type { Budget } from './budget.ts';
import { readServerHandshake } from './server-handshake.ts';
import { startsWithData, TlsRecords } from './tls-records.ts';

const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
/** A chain of certificates is a few kB; of a longer one the rest is not kept. */
const MOST_HANDSHAKE_BYTES = 32_768;
/** It is read again with each piece that comes: a server that sends it in crumbs is not waited for. */
const MOST_PIECES = 64;

/**
 * Counts the application data of one TLS connection from its record headers, with the meaning that tls-payload.ts has
 * for live connections, but by offsets in a buffer and with bytes missing. Keeps what the server's handshake shows.
 */
export class TlsMeter {
  /** SHA-256 of the server's own certificate, where the handshake is of TLS 1.2 or older. */
  certificateSha256: string | null = null;
  readonly #budget: Budget;
  readonly #client = new TlsRecords();
  readonly #server = new TlsRecords();
  #version13: boolean | null = null;
  #clientRecords = 0;
  /** The server's handshake as far as it has come; null when nothing more is to be learnt from it. */
  #handshake: Buffer | null = Buffer.alloc(0);
  #pieces = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Returns how many of the bytes are payload. */
  feed(up: boolean, bytes: Buffer, from: number, to: number): number {
    const records = up ? this.#client : this.#server;
    let payload = 0;
    for (let at = from; at < to;) {
      if (records.adrift) {
        if (at !== from || !startsWithData(bytes, at, to)) return payload + to - at;
        records.adrift = false;
      }
      if (records.left === 0) {
        at = records.header(bytes, at, to);
        if (at < 0) break;
        this.#begin(records, up);
        continue;
      }
      const end = Math.min(at + records.left, to);
      if (!up && this.#handshake !== null && records.type === HANDSHAKE) this.#learn(bytes, at, end);
      records.left -= end - at;
      if (records.counted) payload += end - at;
      at = end;
    }
    return payload;
  }

  /** Bytes that were sent and not captured: a snapshot length cut them. Returns how many of them count as payload. */
  unseen(up: boolean, count: number): number {
    const records = up ? this.#client : this.#server;
    if (!up) this.#forget();
    if (records.adrift) return count;
    const inside = Math.min(records.left, count);
    const payload = records.counted ? inside : 0;
    records.left -= inside;
    if (inside === count) return payload;
    records.lose();
    return payload + count - inside;
  }

  /** Bytes that are missing from the capture: they are not counted, and the next record has to be found again. */
  lost(up: boolean, count: number): void {
    const records = up ? this.#client : this.#server;
    if (!up) this.#forget();
    if (!records.adrift && count <= records.left) records.left -= count;
    else records.lose();
  }

  /** Gives back what it has kept. */
  end(): void {
    this.#forget();
  }

  #begin(records: TlsRecords, up: boolean): void {
    const application = records.type === APPLICATION_DATA && records.left > 0;
    if (up && application) this.#clientRecords += 1;
    // In TLS 1.3 the end of the handshake wears the type of application data: see tls-payload.ts.
    records.counted = application && (this.#version13 !== true || this.#clientRecords > 1);
    if (!up && (records.type === CHANGE_CIPHER_SPEC || records.type === APPLICATION_DATA)) this.#forget();
  }

  #learn(bytes: Buffer, from: number, to: number): void {
    if (this.#handshake === null || !this.#budget.take(to - from)) return this.#forget();
    this.#handshake = Buffer.concat([this.#handshake, bytes.subarray(from, to)]);
    const { version13, certificateSha256 } = readServerHandshake(this.#handshake);
    this.#version13 = version13;
    this.certificateSha256 = certificateSha256;
    this.#pieces += 1;
    const learnt = version13 === true || certificateSha256 !== null;
    const tooMuch = this.#handshake.length > MOST_HANDSHAKE_BYTES || this.#pieces >= MOST_PIECES;
    if (learnt || tooMuch) this.#forget();
  }

  #forget(): void {
    this.#budget.give(this.#handshake?.length ?? 0);
    this.#handshake = null;
  }
}
