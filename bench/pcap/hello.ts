/** A ClientHello with a server name and ALPN (RFC 8446, 4.1.2) in one record: what a phone's browser sends, in size. */
export function helloRecord(serverName: string, random: () => number): Buffer {
  const name = Buffer.from(serverName, 'latin1');
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    noise(32, random),
    sized(1, noise(32, random)),
    sized(2, Buffer.from([0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f])),
    sized(1, Buffer.from([0])),
    sized(
      2,
      Buffer.concat([
        extension(0, sized(2, Buffer.concat([Buffer.from([0]), sized(2, name)]))),
        extension(16, sized(2, Buffer.concat([sized(1, Buffer.from('h2')), sized(1, Buffer.from('http/1.1'))]))),
        extension(43, sized(1, Buffer.from([3, 4, 3, 3]))),
        extension(51, sized(2, Buffer.concat([Buffer.from([0, 0x1d]), sized(2, noise(32, random))]))),
        extension(21, Buffer.alloc(180)),
      ]),
    ),
  ]);
  return record(22, Buffer.concat([Buffer.from([1]), sized(3, body)]));
}

/** A ServerHello that chooses TLS 1.3, and the change of cipher that stands behind it for old middleboxes. */
export function serverHelloRecords(random: () => number): Buffer {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    noise(32, random),
    sized(1, noise(32, random)),
    Buffer.from([0x13, 0x01, 0]),
    sized(2, extension(43, Buffer.from([3, 4]))),
  ]);
  return Buffer.concat([record(22, Buffer.concat([Buffer.from([2]), sized(3, body)])), record(20, Buffer.from([1]))]);
}

export function record(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 3]), sized(2, body)]);
}

export function noise(bytes: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(2, body)]);
}

function sized(lengthBytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}
