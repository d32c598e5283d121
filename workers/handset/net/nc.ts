import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Program } from '../system.ts';
import { NetworkError } from './address.ts';
import type { Network } from './network.ts';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ENETUNREACH: 'Network is unreachable',
  EHOSTUNREACH: 'No route to host',
  ETIMEDOUT: 'Connection timed out',
  EMFILE: 'Too many open files',
};

/** toybox `nc [-u] [-w SECONDS] [-q SECONDS] HOST PORT`: a connection as the caller's uid, stdin to it and it to stdout. */
export function nc(network: Network): Program {
  return async (io) => {
    const names: string[] = [];
    let waitSeconds = 0;
    for (let index = 1; index < io.argv.length; index++) {
      const arg = io.argv[index] ?? '';
      if (arg === '-w' || arg === '-W' || arg === '-q') {
        const seconds = Number(io.argv[++index]);
        if (!(seconds >= 0 && seconds <= 86_400)) {
          io.err(`nc: bad ${arg} '${io.argv[index] ?? ''}'\n`);
          return 1;
        }
        if (arg !== '-q') waitSeconds = seconds;
      } else if (/^-[4nv]$/.test(arg)) continue;
      else if (arg.startsWith('-')) {
        io.err(`nc: Unknown option '${arg.slice(1)}' (see "nc --help")\n`);
        return 1;
      } else names.push(arg);
    }
    const [host, portText] = names;
    const port = Number(portText);
    if (host === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
      io.err('nc: bad argument count (see "nc --help")\n');
      return 1;
    }
    // Waiting is host time: the peer at the other end of a routed connection lives in it.
    const limit = waitSeconds > 0 ? AbortSignal.timeout(waitSeconds * 1000) : new AbortController().signal;
    const signal = AbortSignal.any([io.signal, limit]);
    try {
      const { socket } = await network.connect(io.uid, host, port, signal);
      const stop = (): void => void socket.destroy();
      signal.addEventListener('abort', stop, { once: true });
      const sent = (async () => {
        for await (const chunk of io.stdin) if (!socket.write(chunk)) await once(socket, 'drain', { signal });
        socket.end();
      })();
      sent.catch(() => socket.destroy()); // the peer went away; reading below ends too
      try {
        for await (const chunk of socket) {
          io.out(chunk as Buffer);
          await io.drained();
        }
      } catch (error) {
        if (!signal.aborted && !isReset(error)) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        socket.destroy();
      }
      return limit.aborted ? 1 : 0;
    } catch (error) {
      if (!(error instanceof NetworkError)) {
        if (!limit.aborted) throw error;
        io.err('nc: Timeout\n');
        return 1;
      }
      const text = error.code.startsWith('EAI')
        ? 'No address associated with hostname'
        : (lookUp(WORDS, error.code) ?? error.code);
      io.err(error.code.startsWith('EAI') ? `nc: getaddrinfo: ${text}\n` : `nc: connect: ${text}\n`);
      return 1;
    }
  };
}

const isReset = (error: unknown): boolean =>
  error instanceof Error &&
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');

/** `ping`: 10.0.2.2 and the handset itself answer; everything else is out of reach. */
export function ping(network: Network): Program {
  return async (io) => {
    const args = io.argv.slice(1);
    const at = args.indexOf('-c');
    const count = at < 0 ? 4 : Math.min(Number(args[at + 1]) || 1, 100);
    const host = args.filter((arg, index) => !arg.startsWith('-') && !/^-[cwWi]$/.test(args[index - 1] ?? '')).at(-1);
    if (host === undefined) {
      io.err('ping: usage error: Destination address required\n');
      return 2;
    }
    let address: string;
    try {
      if (!network.connected()) throw new NetworkError('EAI_NODATA', host);
      address = await network.netd.resolve(host);
    } catch {
      io.err(`ping: unknown host ${host}\n`); // a name that cannot be resolved is the answer
      return 2;
    }
    if (isIPv6(address) || !(address.startsWith('127.') || address.startsWith('10.0.2.'))) {
      io.err('connect: Network is unreachable\n');
      return 2;
    }
    io.out(`PING ${host} (${address}) 56(84) bytes of data.\n`);
    for (let sequence = 1; sequence <= count; sequence++) {
      io.out(`64 bytes from ${address}: icmp_seq=${sequence} ttl=255 time=0.4 ms\n`);
    }
    io.out(`\n--- ${host} ping statistics ---\n${count} packets transmitted, ${count} received, 0% packet loss\n`);
    return 0;
  };
}
