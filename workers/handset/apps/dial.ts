import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { FileTree } from '../file-tree.ts';
import type { HandsetConfig } from '../config.ts';
import type { Packages, Processes, Settings } from '../system.ts';
import { NetworkError } from '../net/address.ts';
import type { Network } from '../net/network.ts';
import { HOST_ALIAS } from '../net/route.ts';
import { openTls } from '../net/tls.ts';
import { trustAnchors } from '../net/trust.ts';
import { hostOf, isTls, portOf, type Wish } from './wish.ts';

export interface DialParts {
  readonly network: Network;
  readonly files: FileTree;
  readonly packages: Packages;
  readonly processes: Processes;
  readonly settings: Settings;
  readonly config: HandsetConfig;
}

export interface Line {
  readonly socket: Duplex;
  /** The negotiated protocol, or null on a plain socket. */
  readonly alpn: string | null;
  /** Requests on this line name the whole address, since a proxy reads them. */
  readonly viaProxy: boolean;
}

/** Connects an app to where its wish points: through the device's proxy if one is set, with TLS by its own trust. */
export async function dial(parts: DialParts, packageName: string, wish: Wish, signal: AbortSignal): Promise<Line> {
  const app = parts.packages.get(packageName);
  if (app === undefined) throw new NetworkError('ESRCH', `${packageName} is not installed`);
  const host = hostOf(wish.url);
  const port = portOf(wish.url);
  const proxy = wish.transport === 'http' ? proxyOf(parts) : null;
  const { socket } = await parts.network.connect(app.uid, proxy?.host ?? host, proxy?.port ?? port, signal);
  if (!isTls(wish)) return { socket, alpn: null, viaProxy: proxy !== null };
  try {
    if (proxy !== null) await openTunnel(socket, host, port, signal);
    const pid = parts.processes.ofPackage(packageName)[0]?.pid;
    const view = pid === undefined ? parts.files : parts.files.within(pid);
    const secure = await openTls(socket, {
      host,
      anchors: trustAnchors(view, app, parts.config.apiLevel),
      alpn: wish.transport === 'http' || wish.transport === 'quic' ? ['h2', 'http/1.1'] : ['http/1.1'],
      pin: wish.pinned ? wish.pin : null,
      pinEnds: wish.transport === 'http' ? 'connection' : 'handshake',
      signal,
    });
    const alpn = typeof secure.alpnProtocol === 'string' ? secure.alpnProtocol : null;
    return { socket: secure, alpn, viaProxy: false };
  } catch (error) {
    if (!socket.writableEnded) socket.destroy();
    throw error;
  }
}

/** `settings global http_proxy`, else the emulator's `-http-proxy`, which lives on the host. `:0` is none. */
function proxyOf({ settings, config }: DialParts): { host: string; port: number } | null {
  const set = /^\[?([^\]]*)\]?:(\d{1,5})$/.exec(settings.get('global', 'http_proxy') ?? '');
  if (set !== null && set[1] !== '' && Number(set[2]) > 0) return { host: set[1] ?? '', port: Number(set[2]) };
  const ofHost = /^(?:https?:\/\/)?(?:[^@/]*@)?([^:/]+):(\d{1,5})\/?$/.exec(config.httpProxy ?? '');
  if (ofHost === null) return null;
  const isLoopback = ofHost[1] === 'localhost' || ofHost[1]?.startsWith('127.') === true;
  return { host: isLoopback ? HOST_ALIAS : (ofHost[1] ?? ''), port: Number(ofHost[2]) };
}

const MOST_REPLY_BYTES = 16_384;

/** Asks an HTTP proxy for a tunnel (RFC 9110, section 9.3.6) and waits for its answer before anything else is sent. */
async function openTunnel(socket: Duplex, host: string, port: number, signal: AbortSignal): Promise<void> {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Connection: Keep-Alive\r\nUser-Agent: okhttp/4.12.0\r\n\r\n`,
  );
  let reply = Buffer.alloc(0);
  while (!reply.includes('\r\n\r\n')) {
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) reply = Buffer.concat([reply, chunk]);
    else {
      if (socket.readableEnded || socket.destroyed)
        throw new NetworkError('ECONNRESET', 'the proxy closed the connection');
      const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
      await Promise.race([once(socket, 'readable', { signal: limit }), once(socket, 'close', { signal: limit })]);
    }
    if (reply.length > MOST_REPLY_BYTES) throw new NetworkError('EPROTO', 'the proxy answered CONNECT with too much');
  }
  const end = reply.indexOf('\r\n\r\n') + 4;
  if (!/^HTTP\/1\.[01] 2\d\d/.test(reply.toString('latin1', 0, 64))) {
    throw new NetworkError('EPROTO', `Unexpected response code for CONNECT: ${reply.toString('latin1', 9, 12)}`);
  }
  if (end < reply.length) socket.unshift(reply.subarray(end));
}
