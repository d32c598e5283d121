import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Keys that protect the client's Initial packets: anyone who sees the packet can derive them (RFC 9001, 5.2). */
export interface InitialKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

interface Version {
  readonly salt: Buffer;
  readonly label: string;
  /** Packet type bits of an Initial and of a 0-RTT packet. */
  readonly initial: number;
  readonly zeroRtt: number;
}

const V1: Version = {
  salt: Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex'),
  label: 'quic',
  initial: 0,
  zeroRtt: 1,
};
/** RFC 9369, 3.3. */
const V2: Version = {
  salt: Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex'),
  label: 'quicv2',
  initial: 1,
  zeroRtt: 2,
};
/** draft-ietf-quic-tls-29 to -32; -33 and -34 already had the salt of version 1. */
const DRAFT_29: Version = { ...V1, salt: Buffer.from('afbfec289993d24c9e9786f19c6111e04390a899', 'hex') };

/** What this version of QUIC looks like; null where its Initial packets cannot be opened. */
export function quicVersion(version: number): Version | null {
  if (version === 0x00000001) return V1;
  if (version === 0x6b3343cf) return V2;
  if (version >= 0xff00001d && version <= 0xff000020) return DRAFT_29;
  return version === 0xff000021 || version === 0xff000022 ? V1 : null;
}

export function initialKeys(version: Version, destinationId: Uint8Array): InitialKeys {
  const secret = createHmac('sha256', version.salt).update(destinationId).digest();
  const client = expand(secret, 'client in', 32);
  return {
    key: expand(client, `${version.label} key`, 16),
    iv: expand(client, `${version.label} iv`, 12),
    headerKey: expand(client, `${version.label} hp`, 16),
  };
}

/** The five bytes that hide the header, from a sample of the protected payload (RFC 9001, 5.4.3). */
export function headerMask(keys: InitialKeys, sample: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ecb', keys.headerKey, null).setAutoPadding(false);
  return cipher.update(sample).subarray(0, 5);
}

/** The payload in the clear, or null where it was not sealed with these keys. */
export function openPayload(
  keys: InitialKeys,
  packetNumber: number,
  header: Uint8Array,
  sealed: Uint8Array,
): Buffer | null {
  if (sealed.length < 16) return null;
  const nonce = Buffer.from(keys.iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ packetNumber) >>> 0, 8);
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  const payload = decipher.update(sealed.subarray(0, sealed.length - 16));
  try {
    decipher.final();
    return payload;
  } catch {
    return null; // the tag does not match: another key sealed it, or it is damaged
  }
}

/** HKDF-Expand-Label of TLS 1.3 (RFC 8446, 7.1) with an empty context; outputs are at most one hash long. */
function expand(secret: Uint8Array, label: string, bytes: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.from([0, bytes, name.length]), Buffer.from(name), Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, bytes);
}
