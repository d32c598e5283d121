import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { Home } from './home.ts';
import type { Terminal } from './terminal.ts';

/** Never logged, wherever in an object it stands: what signs a person in, or a signature of ours. */
const SECRET = ['authorization', 'cookie', 'set-cookie', 'token', 'secret', 'password', 'csrf'];
const REDACTED = SECRET.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`]);

export interface ServiceLog {
  readonly log: Logger;
  /** Where the lines go, in words. */
  readonly place: string;
}

/** Lines of JSON: on stdout, or in a file of the home where a person looks at the terminal. */
export function openLog(terminal: Terminal, home: Home, level: string): ServiceLog {
  const options = { level, base: { pid: process.pid }, redact: { paths: REDACTED, censor: '[redacted]' } };
  if (terminal.err.isTTY !== true) return { log: pino(options, terminal.out), place: 'stdout' };
  mkdirSync(home.logs, { recursive: true });
  const place = join(home.logs, 'service.ndjson');
  return { log: pino(options, pino.destination({ dest: place, append: true, sync: true })), place };
}
