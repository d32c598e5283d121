import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { DeviceClock } from '../system.ts';
import { isHostName, NetworkError, type Names } from './address.ts';
import { EMULATOR_DNS, type Route } from './route.ts';
import type { Packet } from './rule.ts';

/** netd asks as AID_DNS since Android 10, as root before (DnsResolver, res_send.cpp; android_filesystem_config.h). */
const AID_DNS = 1051;
const ASKS_AS_DNS_SINCE = 29;
/** As many names as bionic's cache holds for one network (CONFIG_MAX_ENTRIES, res_cache.cpp). */
const MOST_CACHED = 640;
/** Host time that an answer may take, and how often it is asked for (res_init.cpp: 5 s, two attempts). */
const ANSWER_HOST_MS = 5000;
const ATTEMPTS = 2;
/** IPv4 and UDP headers, the DNS header, the name's first length and last zero byte, type and class. */
const QUERY_BYTES = 28 + 12 + 2 + 4;

export interface NetdNeeds {
  /** What the emulator's own DNS proxy answers. */
  readonly names: Names;
  readonly clock: DeviceClock;
  readonly apiLevel: number;
  /** Sends a packet through the handset's rules. */
  readonly route: (packet: Packet) => Route;
}

interface Cached {
  readonly address: string;
  readonly untilElapsedMs: number;
}

/**
 * The handset's resolver: one for all apps, so that a look-up never carries the app's uid. It asks its one server,
 * 10.0.2.3, through the OUTPUT chains. Where a rule leads the question to the host, a real server is asked there over
 * UDP and its answer is used, kept for its time to live in device time; a server that does not answer is a failure.
 * Where none does, 10.0.2.3 is the emulator's DNS proxy: there is no internet behind it, and it answers with `names`.
 */
export class Netd {
  readonly #needs: NetdNeeds;
  readonly #cache = new Map<string, Cached>();
  #server: { readonly port: number; readonly resolver: Resolver } | null = null;

  constructor(needs: NetdNeeds) {
    this.#needs = needs;
  }

  /** The address of a host name or literal. Throws NetworkError EAI_NONAME or EAI_NODATA as getaddrinfo fails. */
  async resolve(host: string): Promise<string> {
    if (isIP(host) !== 0) return host;
    const name = host.toLowerCase().replace(/\.$/, '');
    // /etc/hosts comes before any server.
    if (!isHostName(name) || name === 'localhost' || name === 'ip6-localhost') return this.#needs.names.resolve(host);
    const known = this.#cache.get(name);
    if (known !== undefined && known.untilElapsedMs > this.#needs.clock.elapsedMs()) return known.address;
    this.#cache.delete(name);
    const uid = this.#needs.apiLevel >= ASKS_AS_DNS_SINCE ? AID_DNS : 0;
    const bytes = QUERY_BYTES + name.length;
    const route = this.#needs.route({ uid, transport: 'udp', address: EMULATOR_DNS, port: 53, bytes });
    if (route.kind === 'emulator-dns') return this.#needs.names.resolve(name);
    if (route.kind !== 'host') throw noData(host);
    return this.#ask(route.port, name, host);
  }

  /** Forgets every name: the network changed, or the system restarted. */
  flush(): void {
    this.#cache.clear();
  }

  /** Gives up the questions that are still unanswered. */
  close(): void {
    this.#server?.resolver.cancel();
  }

  async #ask(port: number, name: string, host: string): Promise<string> {
    const resolver = this.#resolverAt(port);
    const found = await resolver.resolve4(name, { ttl: true }).catch(() => {
      throw noData(host); // no such name, no address, no answer: an app cannot tell them apart
    });
    const [first] = found;
    if (first === undefined) throw noData(host);
    const oldest = this.#cache.size < MOST_CACHED ? undefined : this.#cache.keys().next().value;
    if (oldest !== undefined) this.#cache.delete(oldest);
    const untilElapsedMs = this.#needs.clock.elapsedMs() + first.ttl * 1000;
    this.#cache.set(name, { address: first.address, untilElapsedMs });
    return first.address;
  }

  /** A resolver cannot change its server while it waits for an answer, so each server has its own. */
  #resolverAt(port: number): Resolver {
    if (this.#server?.port === port) return this.#server.resolver;
    const resolver = new Resolver({ timeout: ANSWER_HOST_MS, tries: ATTEMPTS });
    resolver.setServers([`127.0.0.1:${port}`]);
    this.#server = { port, resolver };
    return resolver;
  }
}

const noData = (host: string): NetworkError =>
  new NetworkError('EAI_NODATA', `Unable to resolve host "${host.slice(0, 253)}": No address associated with hostname`);
