import type { Schedule } from '../../../orchestrator/contract/behaviour.ts';

/** One exchange that an app wants: of a schedule, a button or a push. */
export interface Wish {
  /** Names the schedule (or `button`, `push`, `registration`) in the log. */
  readonly id: string;
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  /** Body of a POST; for a GET the size that its head is padded to. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly transport: Schedule['transport'];
  /** Held open after the exchange, for the next of the same id. */
  readonly keepAlive: boolean;
  readonly pinned: boolean;
  /** The only key a pinned exchange accepts (hex SHA-256 of the SPKI); empty: one that nobody here has. */
  readonly pin: string;
  readonly headers: Readonly<Record<string, string>>;
}

const SCHEMES: Readonly<Record<Schedule['transport'], readonly string[]>> = {
  http: ['http:', 'https:'],
  ws: ['ws:', 'wss:', 'http:', 'https:'],
  tls: ['tls:', 'https:'],
  tcp: ['tcp:', 'http:'],
  udp: ['udp:', 'https:'],
  quic: ['quic:', 'https:'],
};
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'tcp:': 80, 'udp:': 53 };

/** The address of a wish; null where the text is no address that its transport can use. */
export function parseTarget(text: string, transport: Schedule['transport']): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const allowed = SCHEMES[transport].includes(url.protocol) || url.protocol === `${transport}:`;
  return allowed && url.hostname !== '' ? url : null;
}

export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');
export const portOf = (url: URL): number => (url.port === '' ? (PORTS[url.protocol] ?? 443) : Number(url.port));
export const isTls = (wish: Wish): boolean =>
  wish.transport === 'tls' || wish.transport === 'quic' || ['https:', 'wss:', 'tls:'].includes(wish.url.protocol);

export function wishOfSchedule(schedule: Schedule): Wish | null {
  const url = parseTarget(schedule.url, schedule.transport);
  if (url === null) return null;
  return {
    id: schedule.id,
    url,
    method: schedule.method,
    requestBytes: schedule.requestBytes,
    responseBytes: schedule.responseBytes,
    transport: schedule.transport,
    keepAlive: schedule.connection === 'keep-alive',
    pinned: schedule.pinned,
    pin: schedule.pinSha256 ?? '',
    headers: schedule.headers,
  };
}

/** A single HTTP request over a connection of its own. */
export function plainWish(
  id: string,
  url: string,
  sizes: { requestBytes: number; responseBytes: number; method?: 'GET' | 'POST'; headers?: Record<string, string> },
): Wish | null {
  const target = parseTarget(url, 'http');
  if (target === null) return null;
  const { method = 'GET', headers = {}, requestBytes, responseBytes } = sizes;
  const rest = { transport: 'http', keepAlive: false, pinned: false, pin: '' } as const;
  return { id, url: target, method, requestBytes, responseBytes, headers, ...rest };
}
