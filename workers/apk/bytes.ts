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
  const check = (at: number, size: number): number => {
    if (!(at >= 0) || !(size >= 0) || at + size > bytes.length) {
      throw new Fault(code, `${where} ends at offset ${bytes.length}, but ${size} bytes at ${at} are referred to.`);
    }
    return at;
  };
  return {
    where,
    code,
    length: bytes.length,
    u8: (at) => bytes.readUInt8(check(at, 1)),
    u16: (at) => bytes.readUInt16LE(check(at, 2)),
    u32: (at) => bytes.readUInt32LE(check(at, 4)),
    u64: (at) => bytes.readUInt32LE(check(at, 8)) + bytes.readUInt32LE(at + 4) * 4294967296,
    slice: (at, size) => bytes.subarray(check(at, size), at + size),
  };
}
