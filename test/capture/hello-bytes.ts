/** Makes ClientHellos of any shape, true or hostile (RFC 8446, 4.1.2). */
export interface HelloShape {
  readonly serverName?: string;
  readonly alpn?: readonly string[];
  readonly ciphers?: readonly number[];
  /** Extension types in order; those known here get a proper body, others an empty one. */
  readonly extensions?: readonly number[];
  readonly signatures?: readonly number[];
  readonly versions?: readonly number[];
  /** Most bytes of the handshake in one record. */
  readonly recordBytes?: number;
}

export function clientHello(shape: HelloShape): Buffer {
  const { ciphers = [0x1301, 0xc02b, 0xc02f], signatures = [0x0403, 0x0804], versions = [0x0304, 0x0303] } = shape;
  const order = shape.extensions ?? [
    ...(shape.serverName === undefined ? [] : [0]),
    10,
    11,
    13,
    ...(shape.alpn ? [16] : []),
    43,
    51,
  ];
  const bodies = new Map<number, Buffer>([
    [0, vector(2, Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(shape.serverName ?? '', 'utf8'))]))],
    [10, vector(2, numbers([0x001d, 0x0017]))],
    [11, vector(1, Buffer.from([0]))],
    [13, vector(2, numbers(signatures))],
    [16, vector(2, Buffer.concat((shape.alpn ?? []).map((name) => vector(1, Buffer.from(name, 'latin1')))))],
    [43, vector(1, numbers(versions))],
    [51, vector(2, Buffer.concat([numbers([0x001d]), vector(2, Buffer.alloc(32, 9))]))],
  ]);
  const extensions = order.map((type) =>
    Buffer.concat([numbers([type]), vector(2, bodies.get(type) ?? Buffer.alloc(0))]),
  );
  const body = Buffer.concat([
    numbers([0x0303]),
    Buffer.alloc(32, 7),
    vector(1, Buffer.alloc(32, 8)),
    vector(2, numbers(ciphers)),
    vector(1, Buffer.from([0])),
    vector(2, Buffer.concat(extensions)),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), vector(3, body)]);
  const records: Buffer[] = [];
  const most = shape.recordBytes ?? 16_384;
  for (let at = 0; at < handshake.length; at += most) {
    records.push(Buffer.concat([Buffer.from([0x16, 3, 1]), vector(2, handshake.subarray(at, at + most))]));
  }
  return Buffer.concat(records);
}

function numbers(values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => out.writeUInt16BE(value, index * 2));
  return out;
}

function vector(lengthBytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}
