import type { FileTree } from '../file-tree.ts';
import { ipv4Number } from './address.ts';
import type { Connection, ConnectionTable } from './connections.ts';
import { sourceAddress } from './rule.ts';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const HEADER6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** Serves /proc/net/tcp, tcp6, udp and udp6. Sockets of apps are dual-stack and so stand v4-mapped in tcp6. */
export function serveProcNet(files: FileTree, connections: ConnectionTable): void {
  const isApp = (entry: Connection): boolean => entry.uid >= 10_000;
  const tcp = (): string => {
    const rows = connections.list().filter((entry) => !isApp(entry));
    return [HEADER, ...rows.map((entry, index) => row(entry, index, hex4))].join('\n') + '\n';
  };
  const tcp6 = (): string => {
    const rows = connections.list().filter(isApp);
    return [HEADER6, ...rows.map((entry, index) => row(entry, index, hexMapped))].join('\n') + '\n';
  };
  files.serve('/proc/net/tcp', tcp);
  files.serve('/proc/net/tcp6', tcp6);
  files.serve('/proc/net/udp', () => `${HEADER} ref pointer drops\n`);
  files.serve('/proc/net/udp6', () => `${HEADER6} ref pointer drops\n`);
}

function row(entry: Connection, index: number, address: (text: string) => string): string {
  const local = `${address(sourceAddress(entry.address))}:${hexPort(entry.localPort)}`;
  const remote = `${address(entry.address)}:${hexPort(entry.port)}`;
  const slot = `${index}`.padStart(4);
  const uid = `${entry.uid}`.padStart(5);
  return `${slot}: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000 ${uid}        0 ${entry.inode} 1 0000000000000000 20 4 30 10 -1`;
}

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** An address as the kernel prints it on a little-endian machine: 10.0.2.16 is 1002000A. */
function hex4(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((ipv4Number(text) ?? 0) >>> 0);
  return bytes.toString('hex').toUpperCase();
}

const hexMapped = (text: string): string => `0000000000000000FFFF0000${hex4(text)}`;
