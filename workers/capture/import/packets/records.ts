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

/** The payload bursts of a conversation. They share what is the same in all of them. */
export function sessionsOf(one: Conversation): TrafficLine[] {
  const shared = sharedFields(one);
  return one.bursts.seen.map(({ request, line, ...burst }) => {
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
}

/** The conversation itself, with its packets and the bytes of its frames. */
export function connectionOf(one: Conversation): TrafficLine {
  const shared = sharedFields(one);
  const failure = failureOf(one);
  const record: ConnectionRecord = {
    type: 'connection',
    startMs: one.startMs,
    endMs: one.endMs,
    ...shared,
    wireUpBytes: one.wireUpBytes,
    wireDownBytes: one.wireDownBytes,
    treatment: failure === null ? treatmentOf(shared.protocol) : 'refused',
    client: writeAuthority(addressText(one.client), one.client.port),
    packets: one.frames,
    packetsUp: one.framesUp,
    frameBytes: one.frameBytes,
    frameBytesUp: one.frameBytesUp,
    ...(failure === null ? {} : { failure }),
  };
  return { line: one.line, record };
}

type Shared = Pick<SessionRecord, 'sni' | 'alpn' | 'ja4' | 'certificateSha256' | 'uid'> &
  Readonly<{ destination: Destination; protocol: SessionRecord['protocol']; connection: number; address: string }>;

function sharedFields(one: Conversation): Shared {
  const address = addressText(one.server);
  const hello = one.tcp?.content.hello ?? one.udp?.hello ?? null;
  const named = helloName(one);
  const certificateSha256 = one.tcp?.content.tls?.certificateSha256 ?? null;
  return {
    destination: destinationOf(one, address),
    protocol: one.tcp?.content.protocol ?? one.udp?.protocol ?? 'udp',
    connection: one.number,
    address,
    ...(named === null ? {} : { sni: tidyHost(named) ?? shownHost(named) }),
    ...(hello === null ? {} : helloFields(hello)),
    ...(certificateSha256 === null ? {} : { certificateSha256 }),
    ...(one.uid < 0 ? {} : { uid: one.uid }),
  };
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
