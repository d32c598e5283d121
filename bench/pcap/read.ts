import { readPackets } from '../../workers/capture/import/packets/read-packets.ts';

/** One reading in a process of its own, so that its memory is its own: prints a line of JSON. */
export interface Reading {
  readonly wallMs: number;
  readonly processorMs: number;
  readonly mostResidentMib: number;
  /** Resident before the file was opened: the runtime and the code. */
  readonly idleResidentMib: number;
  readonly sessions: number;
  readonly connections: number;
  readonly digest: string;
}

const idleResidentMib = process.memoryUsage.rss() / 2 ** 20;
const path = process.argv[2] ?? '';
const before = process.cpuUsage();
const began = performance.now();
let mostResidentBytes = 0;
/** After every window: the operating system's own maximum counts the process that started this one, too. */
const progress = (): void => {
  mostResidentBytes = Math.max(mostResidentBytes, process.memoryUsage.rss());
};
const { records, digest } = await readPackets(path, {
  packageName: 'bench',
  signal: new AbortController().signal,
  progress,
});
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(before);
const count = (type: string): number => records.filter(({ record }) => record.type === type).length;
const reading: Reading = {
  wallMs,
  processorMs: (user + system) / 1000,
  mostResidentMib: Math.max(mostResidentBytes, process.memoryUsage.rss()) / 2 ** 20,
  idleResidentMib,
  sessions: count('session'),
  connections: count('connection'),
  digest,
};
console.log(JSON.stringify(reading));
