import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { createAddressRule } from './address.ts';
import type { Egress, EgressTarget } from './egress.ts';

export interface LiveOptions {
  /** CIDR ranges of private or loopback addresses that may be reached all the same. */
  readonly allow?: readonly string[];
  /** Further authorities that upstream servers may be signed by, PEM. */
  readonly ca?: readonly string[];
  /** For tests: all addresses of a name. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
}

const CONNECT_HOST_MS = 20_000;
const MOST_NAMES = 5000;

/**
 * The real network, for who asks for it. A name is looked up once and its address kept for the whole run, so that no
 * answer given later can lead elsewhere than the address that was checked. Upstream certificates are verified.
 */
export function createLiveEgress(options: LiveOptions = {}): Egress {
  const isAllowed = createAddressRule(options.allow ?? []);
  const lookup = options.lookup ?? lookupAll;
  const addresses = new Map<string, Promise<string>>();
  const reached = new Map<string, string>();
  const open = new Set<Socket>();

  const addressOf = async (host: string): Promise<string> => {
    const candidates = isIP(host) ? [host] : await lookup(host);
    const address = candidates[0];
    if (address === undefined) throw new Fault('proxy-failed', `no address for ${printable(host)}`);
    if (!candidates.every(isAllowed)) {
      throw new Fault('proxy-failed', `refused: ${printable(host)} is a private or loopback address`);
    }
    return address;
  };
  const pinnedAddressOf = (host: string): Promise<string> => {
    const known = addresses.get(host);
    if (known) return known;
    if (addresses.size >= MOST_NAMES) throw new Fault('proxy-failed', 'too many different hosts in one run');
    const found = addressOf(host);
    addresses.set(host, found);
    found.catch(() => addresses.delete(host)); // a failed look-up may succeed later; a refused one fails again
    return found;
  };
  const dial = async (target: EgressTarget, signal: AbortSignal): Promise<Socket> => {
    signal.throwIfAborted();
    const address = await pinnedAddressOf(target.host);
    const socket = connectTcp({ host: address, port: target.port, allowHalfOpen: !target.secure, noDelay: true });
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    await settled(socket, 'connect', target, signal);
    reached.set(target.host, address);
    return socket;
  };
  const secure = async (socket: Socket, target: EgressTarget, signal: AbortSignal): Promise<TLSSocket> => {
    const stream = connectTls({
      socket,
      ...(isIP(target.host) ? { host: target.host } : { servername: target.host }),
      ...(target.alpn.length > 0 ? { ALPNProtocols: [...target.alpn] } : {}),
      ...(options.ca ? { ca: [...options.ca] } : {}),
    });
    await settled(stream, 'secureConnect', target, signal);
    return stream;
  };
  return {
    mode: 'live',
    async connect(target, signal) {
      const socket = await dial(target, signal);
      if (!target.secure) return { stream: socket, alpn: null };
      const stream = await secure(socket, target, signal);
      const offersHttp = target.alpn.includes('http/1.1');
      // A server without ALPN speaks HTTP/1.1 to whoever offered that (RFC 7301 leaves it to the application).
      return { stream, alpn: stream.alpnProtocol || (offersHttp ? 'http/1.1' : null) };
    },
    tunnel: dial,
    addressOf: (host) => reached.get(host) ?? null,
    [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      return Promise.resolve();
    },
  };
}

async function lookupAll(host: string): Promise<readonly string[]> {
  try {
    return (await systemLookup(host, { all: true, order: 'ipv4first' })).map((entry) => entry.address);
  } catch (error) {
    throw new Fault('proxy-failed', `the name ${printable(host)} cannot be looked up`, { cause: error });
  }
}

/** Waits for the event that opens a socket; on anything else the socket is destroyed and a Fault says why. */
function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  target: EgressTarget,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const where = `${printable(target.host)}:${target.port}`;
    const timer = setTimeout(() => fail(new Error('timed out')), CONNECT_HOST_MS);
    const fail = (error: Error): void => {
      finish();
      socket.destroy();
      const code = (error as NodeJS.ErrnoException).code ?? error.message;
      reject(new Fault('proxy-failed', `${where} does not answer (${printable(code, 80)})`, { cause: error }));
    };
    const onAbort = (): void => fail(signal.reason as Error);
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', fail);
    socket.once('close', () => fail(new Error('closed')));
    socket.once(event, () => {
      finish();
      resolve();
    });
  });
}
