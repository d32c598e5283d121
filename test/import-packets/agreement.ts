import { expect } from 'vitest';
import { tsharkStreams, type TsharkStream } from '../support/tshark.ts';
import { endsOf, type Imported, type PacketConnection } from './importing.ts';

/**
 * Holds an import against tshark: the same TCP streams with the same first packet, packets, bytes of frames in both
 * directions, bytes without repetitions and server names; and the same of UDP between the same two ends.
 */
export function expectAgreement(path: string, imported: Imported): void {
  const streams = tsharkStreams(path);
  expect(streams).not.toEqual([]);
  const tcp = streams.filter(({ transport }) => transport === 'tcp');
  const ourTcp = imported.connections.filter(isTcp);
  expect(ourTcp.map(shownConnection).sort(byFirstPacket)).toEqual(tcp.map(shownStream).sort(byFirstPacket));
  const udp = streams.filter(({ transport }) => transport === 'udp');
  const ourUdp = imported.connections.filter((one) => !isTcp(one));
  expect(joined(ourUdp)).toEqual(udp.map(shownStream).sort(byFirstPacket));
}

interface Shown {
  readonly firstPacket: number;
  readonly packets: number;
  readonly frameBytes: number;
  readonly from: Readonly<Record<string, { readonly frames: number; readonly payload: number }>>;
  readonly names: readonly string[];
}

export function isTcp({ protocol }: PacketConnection): boolean {
  return protocol !== 'udp' && protocol !== 'quic';
}

function shownConnection(one: PacketConnection & { readonly line: number }): Shown {
  const { client, server } = endsOf(one);
  return {
    firstPacket: one.line,
    packets: one.packets,
    frameBytes: one.frameBytes,
    from: sides([
      [client, one.frameBytesUp, one.wireUpBytes],
      [server, one.frameBytes - one.frameBytesUp, one.wireDownBytes],
    ]),
    names: one.sni === undefined ? [] : [one.sni],
  };
}

function shownStream(stream: TsharkStream): Shown {
  const payload = stream.payloadFrom;
  const rows = [...stream.bytesFrom].map(([sender, bytes]) => [sender, bytes, payload.get(sender) ?? 0] as const);
  const { firstFrame: firstPacket, frames: packets, frameBytes, serverNames: names } = stream;
  return { firstPacket, packets, frameBytes, from: sides(rows), names: names.map((name) => name.toLowerCase()) };
}

/** Sides that sent nothing are not in tshark's table. */
function sides(rows: readonly (readonly [string, number, number])[]): Shown['from'] {
  return Object.fromEntries(
    rows.filter(([, frames]) => frames > 0).map(([sender, frames, payload]) => [sender, { frames, payload }]),
  );
}

/** tshark has one stream for all datagrams between two ends, however long the pauses. */
function joined(connections: readonly (PacketConnection & { readonly line: number })[]): Shown[] {
  const byEnds = new Map<string, Shown>();
  for (const one of connections) {
    const { client, server } = endsOf(one);
    const key = [client, server].sort().join(' ');
    const here = shownConnection(one);
    const before = byEnds.get(key);
    byEnds.set(key, before ? addedUp(before, here) : here);
  }
  return [...byEnds.values()].sort(byFirstPacket);
}

function addedUp(a: Shown, b: Shown): Shown {
  const from = { ...a.from };
  for (const [sender, { frames, payload }] of Object.entries(b.from)) {
    const before = from[sender] ?? { frames: 0, payload: 0 };
    from[sender] = { frames: before.frames + frames, payload: before.payload + payload };
  }
  return {
    firstPacket: Math.min(a.firstPacket, b.firstPacket),
    packets: a.packets + b.packets,
    frameBytes: a.frameBytes + b.frameBytes,
    from,
    names: [...new Set([...a.names, ...b.names])],
  };
}

function byFirstPacket(a: Shown, b: Shown): number {
  return a.firstPacket - b.firstPacket;
}
