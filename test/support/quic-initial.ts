import { createCipheriv, createHmac } from 'node:crypto';

export interface InitialShape {
  readonly version: number;
  readonly destinationId: Buffer;
  readonly packetNumber: number;
  /** Parts of the handshake's stream, in the order in which they stand in the packet. */
  readonly crypto: readonly { readonly offset: number; readonly data: Buffer }[];
  /** Stands before the CRYPTO frames. */
  readonly frames?: Buffer;
  readonly token?: Buffer;
  /** Ids whose keys protect the packet, where they are not those of `destinationId`. */
  readonly keysOf?: Buffer;
}

const SALTS: Readonly<Record<number, readonly [salt: string, label: string, typeBits: number]>> = {
  0x00000001: ['38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'quic', 0],
  0x6b3343cf: ['0dede3def700a6db819381be6e269dcbf9bd2ed9', 'quicv2', 1],
  0xff00001d: ['afbfec289993d24c9e9786f19c6111e04390a899', 'quic', 0],
};

/** A client's Initial packet, padded to 1200 bytes (RFC 9000, 14.1; RFC 9001, 5; RFC 9369). */
export function quicInitial(shape: InitialShape): Buffer {
  const { version, destinationId, packetNumber, token = Buffer.alloc(0), frames = Buffer.alloc(0) } = shape;
  const [salt, label, typeBits] = SALTS[version]!;
  const client = expand(hmac(Buffer.from(salt, 'hex'), shape.keysOf ?? destinationId), 'client in', 32);
  const [key, iv, headerKey] = [
    expand(client, `${label} key`, 16),
    expand(client, `${label} iv`, 12),
    expand(client, `${label} hp`, 16),
  ];
  const crypto = shape.crypto.map(({ offset, data }) =>
    Buffer.concat([Buffer.from([6]), varint(offset), varint(data.length), data]),
  );
  const header = Buffer.concat([
    Buffer.from([0xc0 | (typeBits << 4) | 3]),
    word(version),
    Buffer.from([destinationId.length]),
    destinationId,
    Buffer.from([0]),
    varint(token.length),
    token,
  ]);
  const content = Buffer.concat([frames, ...crypto]);
  const padding = Buffer.alloc(Math.max(0, 1200 - header.length - 2 - 4 - 16 - content.length));
  const payload = Buffer.concat([content, padding]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(0x4000 | (4 + payload.length + 16));
  const plain = Buffer.concat([header, length, word(packetNumber)]);
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ packetNumber) >>> 0, 8);
  const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(plain);
  const sealed = Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv('aes-128-ecb', headerKey, null).update(sealed.subarray(0, 16));
  plain[0] = plain[0]! ^ (mask[0]! & 0x0f);
  for (let i = 0; i < 4; i++) plain[plain.length - 4 + i] = plain[plain.length - 4 + i]! ^ mask[1 + i]!;
  return Buffer.concat([plain, sealed]);
}

/** HKDF-Expand-Label (RFC 8446, 7.1); outputs are no longer than one hash. */
function expand(secret: Buffer, label: string, bytes: number): Buffer {
  const name = `tls13 ${label}`;
  const info = [Buffer.from([0, bytes, name.length]), Buffer.from(name), Buffer.from([0, 1])];
  return hmac(secret, Buffer.concat(info)).subarray(0, bytes);
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function varint(value: number): Buffer {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(0x4000 | value);
  return out;
}

function word(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}
