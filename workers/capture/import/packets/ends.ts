import { isMulticast, isPrivate, type Address } from './address.ts';
import { TCP, type Packet } from './packet.ts';

/** An address and a port. */
export interface End extends Address {
  readonly port: number;
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** Services that phones speak to on ports above those that only a system may open (IANA; 5228-5230: Google's push). */
const SERVICE_PORTS: ReadonlySet<number> = new Set([
  1194, 1883, 3478, 5060, 5222, 5223, 5228, 5229, 5230, 5242, 5243, 5353, 8080, 8443, 8883, 19302, 51820,
]);

/** True where the first packet of a conversation says itself who opened it; else {@link openedBySource} has to guess. */
export function saysWhoOpened(packet: Packet): boolean {
  return packet.transport !== TCP || (packet.flags & SYN) !== 0;
}

/**
 * True where the sender of the first packet opened the conversation: by the SYN, else by the port of a service, else
 * by an address of a private network on one side alone, else because it spoke first.
 */
export function openedBySource(packet: Packet): boolean {
  if (packet.transport === TCP && (packet.flags & SYN) !== 0) return (packet.flags & ACK) === 0;
  if (isMulticast(destinationOf(packet))) return true;
  const toService = isService(packet.dstPort);
  if (isService(packet.srcPort) !== toService) return toService;
  const fromPrivate = isPrivate(sourceOf(packet));
  return fromPrivate || !isPrivate(destinationOf(packet));
}

export function sourceOf({ version, src0, src1, src2, src3, srcPort }: Packet): End {
  return { version, w0: src0, w1: src1, w2: src2, w3: src3, port: srcPort };
}

export function destinationOf({ version, dst0, dst1, dst2, dst3, dstPort }: Packet): End {
  return { version, w0: dst0, w1: dst1, w2: dst2, w3: dst3, port: dstPort };
}

function isService(port: number): boolean {
  return port < 1024 || SERVICE_PORTS.has(port);
}
