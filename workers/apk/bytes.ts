import { Fault } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';

/** Little-endian reads that end in a Fault instead of leaving the buffer. Offsets are counted from its start. */
export interface ByteView {
  /** Name of the bytes in a Fault's sentence, and the code that it carries. */
  readonly where: string;
  readonly code: FaultCode;
  readonly length: number;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** Unsigned 64-bit; values over 2^53 lose precision, which is harmless for comparisons with lengths. */
  u64(at: number): number;
  /** A view on the same memory, not a copy. */
  slice(at: number, size: number): Buffer;
}

/** `where` names the bytes in the Fault's sentence: "AndroidManifest.xml", "signing block". */
export function viewOf(bytes: Buffer, where: string, code: FaultCode): ByteView {
  const { length } = bytes;
  const data = new DataView(bytes.buffer, bytes.byteOffset, length);
  const refuse = (at: number, size: number): never => {
    throw new Fault(code, `${where} ends at offset ${length}, but ${size} bytes at ${at} are referred to.`);
  };
  const isInside = (at: number, size: number): boolean => at >= 0 && size >= 0 && at + size <= length;
  return {
    where,
    code,
    length,
    u8: (at) => (isInside(at, 1) ? data.getUint8(at) : refuse(at, 1)),
    u16: (at) => (isInside(at, 2) ? data.getUint16(at, true) : refuse(at, 2)),
    u32: (at) => (isInside(at, 4) ? data.getUint32(at, true) : refuse(at, 4)),
    u64: (at) =>
      isInside(at, 8) ? data.getUint32(at, true) + data.getUint32(at + 4, true) * 4294967296 : refuse(at, 8),
    slice: (at, size) => (isInside(at, size) ? bytes.subarray(at, at + size) : refuse(at, size)),
  };
}
