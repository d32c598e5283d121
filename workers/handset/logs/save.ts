import { createWriteStream } from 'node:fs';
import { formatEntry, type Format } from './format.ts';
import type { OwnedLogs } from './ring.ts';

const THREADTIME: Format = {
  name: 'threadtime',
  epoch: false,
  year: false,
  utc: false,
  zone: false,
  uid: false,
  usec: false,
  monotonic: false,
};

/** `-logcat-output FILE`: every entry of the handset as it is written, in a file of the host. Returns what ends it. */
export function saveLog(logs: OwnedLogs, path: string, zone: string): () => void {
  const file = createWriteStream(path);
  file.on('error', (error) => process.stderr.write(`emulator: WARNING: -logcat-output: ${error.message}\n`));
  const stop = logs.follow((entry) => void file.write(formatEntry(entry, THREADTIME, { zone, bootedAtMs: 0 })));
  return () => {
    stop();
    file.end();
  };
}
