/** `FAIL` and a message. */
export function fail(message: string): Buffer {
  const text = Buffer.from(message);
  const head = Buffer.allocUnsafe(8);
  head.write('FAIL', 'latin1');
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, text]);
}

export function header(id: string, value: number): Buffer {
  const head = Buffer.allocUnsafe(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(value >>> 0, 4);
  return head;
}
