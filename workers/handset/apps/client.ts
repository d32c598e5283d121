import { printable } from '../../../orchestrator/contract/fault.ts';
import { NetworkError } from '../net/address.ts';
import { CertificateRefused } from '../net/tls.ts';
import type { DevicePower } from '../power/power.ts';
import type { DeviceClock, Logs } from '../system.ts';
import { dial, type DialParts } from './dial.ts';
import { bodyOf } from './head.ts';
import { httpCarrier, type Answer, type Carrier } from './http.ts';
import { quicInitial, rawCarrier, webSocketCarrier } from './streams.ts';
import { hostOf, isTls, portOf, type Wish } from './wish.ts';

export interface ClientParts extends DialParts {
  readonly power: DevicePower;
  readonly logs: Logs;
  readonly clock: DeviceClock;
}

/** Bounds on what one app may ask of the host, whatever its behaviour says. */
export const CLIENT_LIMITS = {
  mostAtOnce: 32,
  /** Exchanges a second of host time, and how many may come at once. */
  perHostSecond: 200,
  burst: 64,
  exchangeHostMs: 20_000,
} as const;

const TAG = 'SleeptalkSample';

/** The network client of one app: its exchanges, its held connections, its log lines. */
export class AppClient {
  readonly #parts: ClientParts;
  readonly #packageName: string;
  readonly #uid: number;
  readonly #ended = new AbortController();
  readonly #held = new Map<string, Carrier>();
  #running = 0;
  #tokens: number = CLIENT_LIMITS.burst;
  #filledAtHostMs: number;
  #left = 0;
  #saidHostMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ClientParts, packageName: string, uid: number) {
    this.#parts = parts;
    this.#packageName = packageName;
    this.#uid = uid;
    this.#filledAtHostMs = this.#hostMs();
  }

  /** Makes one exchange and logs how it went. Never throws: an app retries at its next beat. */
  async perform(wish: Wish): Promise<void> {
    if (this.#ended.signal.aborted) return;
    if (this.#running >= CLIENT_LIMITS.mostAtOnce || !this.#takeToken()) return this.#leaveOut(wish);
    this.#running += 1;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(CLIENT_LIMITS.exchangeHostMs)]);
    const what = `${printable(wish.id, 64)} ${wish.method} ${printable(wish.url.href)}`;
    try {
      const answer = await this.#exchange(wish, signal);
      this.log('I', `${what} -> ${answer.status}, ${answer.bodyBytes} bytes`);
    } catch (error) {
      if (!this.#ended.signal.aborted) this.log('W', `${what} failed: ${javaName(error)}`);
    } finally {
      this.#running -= 1;
    }
  }

  log(priority: 'I' | 'W', text: string): void {
    const pid = this.#parts.processes.ofPackage(this.#packageName)[0]?.pid ?? 0;
    this.#parts.logs.write({ buffer: 'main', pid, tid: pid, uid: this.#uid, priority, tag: TAG, text });
  }

  /** The process is gone, and its sockets with it. */
  dropConnections(): void {
    for (const carrier of this.#held.values()) carrier.close();
    this.#held.clear();
  }

  close(): void {
    this.#ended.abort(new Error('the app has ended'));
    this.dropConnections();
    this.#parts.network.connections.closeUid(this.#uid);
  }

  async #exchange(wish: Wish, signal: AbortSignal): Promise<Answer> {
    if (wish.transport === 'udp') return this.#datagram(wish);
    if (wish.transport === 'quic') await this.#tryQuic(wish);
    const held = wish.keepAlive ? this.#held.get(wish.id) : undefined;
    if (held?.usable() === true && this.#parts.power.networkBlock(this.#uid) === null) {
      try {
        return await held.exchange(wish, signal);
      } catch (error) {
        signal.throwIfAborted();
        // A held connection that the server has closed meanwhile: one try on a new one, as OkHttp does.
        this.log('I', `${printable(wish.id, 64)}: connection lost, connecting again (${javaName(error)})`);
      }
    }
    held?.close();
    this.#held.delete(wish.id);
    const carrier = await this.#open(wish, signal);
    try {
      const answer = await carrier.exchange(wish, signal);
      if (wish.keepAlive && carrier.usable() && !this.#ended.signal.aborted) this.#held.set(wish.id, carrier);
      else carrier.close();
      return answer;
    } catch (error) {
      carrier.close();
      throw error;
    }
  }

  async #open(wish: Wish, signal: AbortSignal): Promise<Carrier> {
    const line = await dial(this.#parts, this.#packageName, wish, signal);
    if (wish.transport === 'ws') return webSocketCarrier(line, wish, signal);
    if (wish.transport === 'tls' || wish.transport === 'tcp') return rawCarrier(line.socket);
    return httpCarrier(line, `${isTls(wish) ? 'https' : 'http'}://${wish.url.host}`);
  }

  async #datagram(wish: Wish): Promise<Answer> {
    const payload = bodyOf(Math.min(Math.max(1, wish.requestBytes), 1472));
    await this.#parts.network.sendDatagram(this.#uid, hostOf(wish.url), portOf(wish.url), payload);
    return { status: 0, bodyBytes: 0 };
  }

  /** An HTTP/3 client tries QUIC and, where that fails, marks it broken and goes on over TCP (Cronet does). */
  async #tryQuic(wish: Wish): Promise<void> {
    try {
      await this.#parts.network.sendDatagram(this.#uid, hostOf(wish.url), portOf(wish.url), quicInitial());
      this.log('I', `${printable(wish.id, 64)}: no QUIC answer, using TCP`);
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code.startsWith('EAI')) throw error;
      this.log('I', `${printable(wish.id, 64)}: QUIC failed (${error.code}), using TCP`);
    }
  }

  /** Host time as the device's clock implies it, so that a driven clock drives the budget as well. */
  #hostMs(): number {
    return this.#parts.clock.elapsedMs() / this.#parts.clock.rate;
  }

  #takeToken(): boolean {
    const nowMs = this.#hostMs();
    const earned = ((nowMs - this.#filledAtHostMs) / 1000) * CLIENT_LIMITS.perHostSecond;
    this.#tokens = Math.min(CLIENT_LIMITS.burst, this.#tokens + earned);
    this.#filledAtHostMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Too much at once: the beat is left out, and said so once a second. */
  #leaveOut(wish: Wish): void {
    this.#left += 1;
    const nowMs = this.#hostMs();
    if (nowMs - this.#saidHostMs < 1000) return;
    this.#saidHostMs = nowMs;
    this.log('W', `${printable(wish.id, 64)}: too many requests at once, ${this.#left} left out so far`);
  }
}

/** The exception that an Android app would see. */
function javaName(error: unknown): string {
  if (error instanceof CertificateRefused) {
    const kind = error.code === 'PIN_MISMATCH' ? 'SSLPeerUnverifiedException' : 'SSLHandshakeException';
    return `javax.net.ssl.${kind}: ${printable(error.message)}`;
  }
  const text = printable(error instanceof Error ? error.message : String(error));
  // Node's TLS errors carry OpenSSL's reason apart from a message full of addresses.
  const reason = error instanceof Error ? (error as Error & { reason?: unknown }).reason : undefined;
  if (typeof reason === 'string') return `javax.net.ssl.SSLProtocolException: ${printable(reason)}`;
  if (!(error instanceof NetworkError)) return `java.io.IOException: ${text}`;
  if (error.code.startsWith('EAI')) return `java.net.UnknownHostException: ${text}`;
  if (error.code === 'ETIMEDOUT') return `java.net.SocketTimeoutException: ${text}`;
  return `java.net.ConnectException: ${text}`;
}
