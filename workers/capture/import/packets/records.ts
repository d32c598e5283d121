import type { ConnectionRecord, Destination, SessionRecord } from '../../../../orchestrator/contract/capture.ts';
import type { ClientHello } from '../../hello.ts';
import { shownHost, tidyHost, writeAuthority } from '../../host.ts';
import { addressText } from './address.ts';
import type { Conversation } from './conversation.ts';

/** A session or connection that may still be shifted in time. */
export interface TrafficLine {
  /** Number of its first packet. */
  readonly line: number;
  readonly record: SessionRecord | ConnectionRecord;
}

/** The records of one conversation: its bursts as sessions, and the connection itself. */
export function recordsOf(one: Conversation): TrafficLine[] {
  const address = addressText(one.server);
  const hello = one.tcp?.content.hello ?? one.udp?.hello ?? null;
  const named = helloName(one);
  const protocol = one.tcp?.content.protocol ?? one.udp?.protocol ?? 'udp';
  const certificateSha256 = one.tcp?.content.tls?.certificateSha256 ?? null;
  const shared = {
    destination: destinationOf(one, address),
    protocol,
    connection: one.number,
    address,
    ...(named === null ? {} : { sni: tidyHost(named) ?? shownHost(named) }),
    ...(hello === null ? {} : helloFields(hello)),
    ...(certificateSha256 === null ? {} : { certificateSha256 }),
    ...(one.uid < 0 ? {} : { uid: one.uid }),
  };
  const sessions = one.bursts.seen.map(({ request, line, ...burst }): TrafficLine => {
    const record: SessionRecord = {
      type: 'session',
      ...burst,
      attribution: one.uid < 0 ? 'unknown' : 'certain',
      forced: false,
      ...shared,
      ...request,
    };
    return { line, record };
  });
  const failure = failureOf(one);
  const connection: ConnectionRecord = {
    type: 'connection',
    startMs: one.startMs,
    endMs: one.endMs,
    ...shared,
    wireUpBytes: one.wireUpBytes,
    wireDownBytes: one.wireDownBytes,
    treatment: failure === null ? treatmentOf(protocol) : 'refused',
    client: writeAuthority(addressText(one.client), one.client.port),
    packets: one.frames,
    packetsUp: one.framesUp,
    frameBytes: one.frameBytes,
    frameBytesUp: one.frameBytesUp,
    ...(failure === null ? {} : { failure }),
  };
  return [...sessions, { line: one.line, record: connection }];
}

/** What gives the destination its name. */
export function namedBy(one: Conversation): 'hello' | 'request' | 'answer' | 'nothing' {
  if (helloName(one) !== null) return 'hello';
  if (one.tcp?.content.host) return 'request';
  return one.name === null ? 'nothing' : 'answer';
}

/** The name that the app asked for, else the one that a request names, else that of a DNS answer, else the address. */
function destinationOf(one: Conversation, address: string): Destination {
  const said = one.tcp?.content.host ?? null;
  const name = helloName(one);
  const host = name === null ? (said?.host ?? one.name ?? address) : (tidyHost(name) ?? shownHost(name));
  return { host, port: said?.port ?? one.server.port };
}

function helloName({ tcp, udp }: Conversation): string | null {
  const name = tcp?.content.hello?.serverName ?? udp?.hello?.serverName ?? udp?.googleName ?? null;
  return name === '' ? null : name;
}

function helloFields({ alpn, ja4 }: ClientHello): Pick<SessionRecord, 'alpn' | 'ja4'> {
  const shown = alpn.map((name) => (/^[\x21-\x7e]{1,64}$/.test(name) ? name : shownHost(name)));
  return { ...(shown.length > 0 ? { alpn: shown } : {}), ja4 };
}

/** What a capture of packets can read of a connection: nothing of TLS and QUIC, all that is in the clear. */
function treatmentOf(protocol: SessionRecord['protocol']): ConnectionRecord['treatment'] {
  if (protocol === 'tls' || protocol === 'quic') return 'passed-through';
  return protocol === 'http' || protocol === 'ws' || protocol === 'h2' ? 'cleartext' : 'tunnelled';
}

function failureOf({ tcp, wireUpBytes }: Conversation): string | null {
  if (!tcp || wireUpBytes > 0) return null;
  if (tcp.refused) return 'refused';
  return tcp.answered ? null : 'no-answer';
}
