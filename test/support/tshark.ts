import { spawnSync } from 'node:child_process';

/** What tshark says of one stream of a capture. Directions are told apart by the address and port of a sender. */
export interface TsharkStream {
  readonly transport: 'tcp' | 'udp';
  readonly firstFrame: number;
  readonly frames: number;
  readonly frameBytes: number;
  /** Bytes of frames by `address port` of their sender. */
  readonly bytesFrom: ReadonlyMap<string, number>;
  /** Payload by sender; of TCP each byte once. */
  readonly payloadFrom: ReadonlyMap<string, number>;
  /** TCP alone: payload of all segments, also of those sent again. */
  readonly segmentBytes: number;
  readonly serverNames: readonly string[];
}

export const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** Streams of a capture that are followed; the captures here have fewer. */
const MOST_FOLLOWED = 64;

const FIELDS = [
  ...['frame.number', 'frame.len', 'tcp.stream', 'udp.stream', 'ip.src', 'ipv6.src', 'tcp.srcport', 'udp.srcport'],
  ...['tcp.len', 'udp.length', 'tls.handshake.extensions_server_name', 'gquic.tag.sni'],
];

/** All TCP and UDP streams, as tshark numbers them. What ICMP quotes of a packet is no packet. */
export function tsharkStreams(path: string): TsharkStream[] {
  const follow = Array.from({ length: MOST_FOLLOWED }, (_, stream) => ['-z', `follow,tcp,raw,${stream}`]).flat();
  const wanted = ['-T', 'fields', '-E', 'occurrence=a', ...FIELDS.flatMap((name) => ['-e', name])];
  const args = [
    '-n',
    '-o',
    'tcp.reassemble_out_of_order:TRUE',
    '-r',
    path,
    '-Y',
    '(tcp or udp) and not icmp and not icmpv6',
    ...wanted,
    ...follow,
  ];
  const ran = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1e9 });
  const [rows = '', ...parts] = ran.stdout.split(/^=+$/m);
  const streams = new Map<string, ReturnType<typeof emptyStream>>();
  for (const line of rows.split('\n')) {
    const row = line.split('\t');
    if (row.length !== FIELDS.length) continue;
    const [frame, length, tcp, udp, ip4, ip6, tcpPort, udpPort, tcpBytes, udpBytes, sni, googleSni] = row as Twelve;
    const transport = tcp === '' ? 'udp' : 'tcp';
    const key = `${transport} ${tcp === '' ? udp : tcp}`;
    const stream = streams.get(key) ?? emptyStream(transport, Number(frame));
    streams.set(key, stream);
    const sender = `${ip4 || ip6} ${tcpPort || udpPort}`;
    stream.frames += 1;
    stream.frameBytes += Number(length);
    add(stream.bytesFrom, sender, Number(length));
    if (transport === 'udp') add(stream.payloadFrom, sender, Number(udpBytes) - 8);
    else stream.segmentBytes += Number(tcpBytes);
    for (const name of [...sni.split(','), ...googleSni.split(',')]) {
      if (name !== '' && !stream.serverNames.includes(name)) stream.serverNames.push(name);
    }
  }
  for (const part of parts) addFollowed(streams, part);
  return [...streams.values()];
}

/** Bytes of one TCP stream as "Follow TCP Stream" shows them, without those sent again; holes are shown as text. */
function addFollowed(streams: ReadonlyMap<string, ReturnType<typeof emptyStream>>, part: string): void {
  const stream = streams.get(`tcp ${/Filter: tcp\.stream eq (\d+)/.exec(part)?.[1]}`);
  if (!stream) return;
  const nodes = [...part.matchAll(/^Node [01]: \[?(.*?)\]?:(\d+)$/gm)].map((node) => `${node[1]} ${node[2]}`);
  for (const line of part.split('\n')) {
    if (!/^\t?(?:[0-9a-f]{2})+$/.test(line)) continue;
    const shown = Buffer.from(line.trim(), 'hex');
    if (/^\[\d+ bytes missing in capture file\]/.test(shown.toString('latin1'))) continue;
    add(stream.payloadFrom, nodes[line.startsWith('\t') ? 1 : 0]!, shown.length);
  }
}

type Twelve = [string, string, string, string, string, string, string, string, string, string, string, string];

function emptyStream(transport: 'tcp' | 'udp', firstFrame: number) {
  return {
    transport,
    firstFrame,
    frames: 0,
    frameBytes: 0,
    bytesFrom: new Map<string, number>(),
    payloadFrom: new Map<string, number>(),
    segmentBytes: 0,
    serverNames: [] as string[],
  };
}

function add(sums: Map<string, number>, key: string, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}
