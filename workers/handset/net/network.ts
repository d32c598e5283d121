import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DevicePower } from '../power/power.ts';
import type { DeviceClock, Listeners, Settings } from '../system.ts';
import { Names, NetworkError } from './address.ts';
import { ConnectionTable, type Connection } from './connections.ts';
import { Netd } from './netd.ts';
import { routePacket, type Route } from './route.ts';
import type { Packet } from './rule.ts';
import { RuleTables } from './tables.ts';

/** A TCP SYN with its options, and an IPv4 header with UDP's. */
const SYN_BYTES = 60;
const UDP_HEADER_BYTES = 28;
/** Host time that a connection to the host's loopback may take. */
const CONNECT_HOST_MS = 10_000;
/** Host time after which a packet that is dropped counts as lost. */
const DROPPED_HOST_MS = 5000;
const MOST_CONNECTIONS = 2000;

export interface NetworkNeeds {
  readonly power: DevicePower;
  readonly settings: Settings;
  readonly listeners: Listeners;
  readonly clock: DeviceClock;
  readonly apiLevel: number;
}

export interface OpenConnection {
  readonly socket: Duplex;
  readonly entry: Connection;
}

/**
 * The handset's network stack by uid. There is no internet behind it: a connection of an app ends at the host's
 * 127.0.0.1 where a DNAT rule or the address 10.0.2.2 says so, at a listener inside the handset, or nowhere.
 */
export class Network {
  readonly tables4 = new RuleTables(4);
  readonly tables6 = new RuleTables(6);
  readonly connections = new ConnectionTable();
  readonly netd: Netd;
  readonly #needs: NetworkNeeds;

  constructor(needs: NetworkNeeds) {
    this.#needs = needs;
    const { clock, apiLevel } = needs;
    const route = (packet: Packet): Route => this.#route(packet);
    this.netd = new Netd({ names: new Names(), clock, apiLevel, route });
  }

  /** False in airplane mode, or with Wi-Fi and mobile data both off. */
  connected(): boolean {
    const { settings } = this.#needs;
    if (settings.get('global', 'airplane_mode_on') === '1') return false;
    return settings.get('global', 'wifi_on') !== '0' || settings.get('global', 'mobile_data') !== '0';
  }

  /**
   * Opens a TCP connection as that uid. Throws NetworkError with the errno of a real stack: EAI_NONAME, EAI_NODATA,
   * ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, EPERM (network blocked).
   */
  async connect(uid: number, host: string, port: number, signal: AbortSignal): Promise<OpenConnection> {
    signal.throwIfAborted();
    this.#gate(uid, host);
    const address = await this.netd.resolve(host);
    signal.throwIfAborted();
    if (this.connections.size >= MOST_CONNECTIONS) throw new NetworkError('EMFILE', 'Too many open files');
    const packet: Packet = { uid, transport: 'tcp', address, port, bytes: SYN_BYTES };
    const route = this.#route(packet);
    const to = `${host.slice(0, 253)} (port ${port})`;
    switch (route.kind) {
      case 'refused':
        throw new NetworkError(route.code, `failed to connect to ${to}: ${route.code}`);
      case 'dropped':
        await waitHost(DROPPED_HOST_MS, signal);
        throw new NetworkError('ETIMEDOUT', `failed to connect to ${to}: ETIMEDOUT (Connection timed out)`);
      case 'emulator-dns': // its proxy takes datagrams only
        throw new NetworkError('ECONNREFUSED', `failed to connect to ${to}: ECONNREFUSED`);
      case 'here': {
        const socket = this.#needs.listeners.connect(route.port);
        if (socket === null) throw new NetworkError('ECONNREFUSED', `failed to connect to ${to}: ECONNREFUSED`);
        return { socket, entry: this.connections.open(packet, socket) };
      }
      case 'host': {
        const socket = await dialHost(route.port, to, signal);
        return { socket, entry: this.connections.open(packet, socket) };
      }
    }
  }

  /**
   * Sends one datagram. `sent` says only that nothing refused it. Throws NetworkError ECONNREFUSED where a rule
   * rejects it and ENETUNREACH where nothing leads out.
   */
  async sendDatagram(uid: number, host: string, port: number, payload: Buffer): Promise<'sent'> {
    this.#gate(uid, host);
    const address = await this.netd.resolve(host);
    const packet: Packet = { uid, transport: 'udp', address, port, bytes: UDP_HEADER_BYTES + payload.length };
    const route = this.#route(packet);
    if (route.kind === 'refused')
      throw new NetworkError(route.code, `sendto ${host.slice(0, 253)}:${port}: ${route.code}`);
    this.connections.countDatagram(packet);
    if (route.kind !== 'host') return 'sent';
    const socket = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.send(payload, route.port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
      });
    } finally {
      socket.close();
    }
    return 'sent';
  }

  close(): void {
    this.netd.close();
    this.connections.closeAll();
  }

  #gate(uid: number, host: string): void {
    const block = this.#needs.power.networkBlock(uid);
    const isLocal = host === 'localhost' || host.startsWith('127.');
    if (isLocal) return;
    if (block === null && this.connected()) return;
    if (isIP(host) !== 0) {
      // A packet that the uid's BPF program drops makes connect() fail with EPERM; without a network there is no route.
      const code = block === null ? 'ENETUNREACH' : 'EPERM';
      throw new NetworkError(code, `failed to connect to ${host}: ${code}`);
    }
    throw new NetworkError(
      'EAI_NODATA',
      `Unable to resolve host "${host.slice(0, 253)}": No address associated with hostname`,
    );
  }

  #route(packet: Packet): Route {
    return routePacket(this.tables4, this.tables6, packet);
  }
}

async function dialHost(port: number, to: string, signal: AbortSignal): Promise<Socket> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_HOST_MS)]);
  const socket = connectTcp({ host: '127.0.0.1', port, noDelay: true });
  try {
    await once(socket, 'connect', { signal: limit });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const code = limit.aborted ? 'ETIMEDOUT' : 'ECONNREFUSED';
    throw new NetworkError(
      code,
      `failed to connect to ${to}: ${code}${error instanceof Error && limit.aborted ? ' (timed out)' : ''}`,
    );
  }
}

async function waitHost(hostMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, hostMs);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new NetworkError('ETIMEDOUT', 'connect was given up'));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
