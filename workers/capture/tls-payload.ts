/**
 * Counts the application data of a TLS connection that is not opened, from its record headers (RFC 8446, 5.1). The
 * handshake is left out: all records of other types, and in TLS 1.3, where the end of the handshake wears the type of
 * application data, the client's first such record (its Finished) and the server's up to the client's second. So a
 * server that speaks first inside TLS 1.3 is counted only from the client's first word on.
 */
export interface TlsPayload {
  /** Feeds bytes of one direction; returns how many of them are payload. */
  up(chunk: Buffer): number;
  down(chunk: Buffer): number;
}

export function createTlsPayload(): TlsPayload {
  let version13: boolean | null = null;
  let clientRecords = 0;
  const client = recordReader(() => {
    clientRecords += 1;
    return version13 !== true || clientRecords > 1;
  });
  const server = recordReader(
    () => version13 !== true || clientRecords > 1,
    (serverHello) => {
      version13 ??= choseTls13(serverHello);
    },
  );
  return { up: client, down: server };
}

const APPLICATION_DATA = 23;
const HANDSHAKE = 22;
const LONGEST_RECORD = 16_384 + 256;

function recordReader(counts: () => boolean, onFirstHandshake?: (body: Buffer) => void): (chunk: Buffer) => number {
  let header = Buffer.alloc(0);
  let left = 0;
  let counted = false;
  let collecting: Buffer[] | null = null;
  let seenHandshake = false;
  let lost = false;
  return (chunk) => {
    let payload = 0;
    for (let at = 0; at < chunk.length;) {
      if (lost) return payload + chunk.length - at; // not TLS any more: everything is payload
      if (left === 0) {
        const take = Math.min(5 - header.length, chunk.length - at);
        header = Buffer.concat([header, chunk.subarray(at, at + take)]);
        at += take;
        if (header.length < 5) break;
        left = header.readUInt16BE(3);
        const type = header[0];
        lost = header[1] !== 3 || left > LONGEST_RECORD;
        counted = type === APPLICATION_DATA && left > 0 && counts();
        collecting = type === HANDSHAKE && !seenHandshake && onFirstHandshake ? [] : null;
        if (type === HANDSHAKE) seenHandshake = true;
        header = Buffer.alloc(0);
      }
      const body = chunk.subarray(at, at + left);
      collecting?.push(body);
      at += body.length;
      left -= body.length;
      if (counted) payload += body.length;
      if (left === 0 && collecting) {
        onFirstHandshake?.(Buffer.concat(collecting));
        collecting = null;
      }
    }
    return payload;
  };
}

/** True where a ServerHello selects 0x0304 in supported_versions (extension 43). */
function choseTls13(record: Buffer): boolean {
  const sessionIdAt = 4 + 2 + 32;
  const extensionsAt = sessionIdAt + 1 + (record[sessionIdAt] ?? 0) + 2 + 1;
  for (let at = extensionsAt + 2; at + 4 <= record.length; at += 4 + record.readUInt16BE(at + 2)) {
    if (record.readUInt16BE(at) === 43) return at + 6 <= record.length && record.readUInt16BE(at + 4) === 0x0304;
  }
  return false;
}
