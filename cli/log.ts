import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { logOptions } from '../orchestrator/log.ts';
import type { Home } from './home.ts';
import type { Terminal } from './terminal.ts';

export interface ServiceLog {
  readonly log: Logger;
  /** Where the lines go, in words. */
  readonly place: string;
}

/** Lines of JSON: on stdout, or in a file of the home where a person looks at the terminal. */
export function openLog(terminal: Terminal, home: Home, level: string): ServiceLog {
  const options = logOptions(level);
  if (terminal.err.isTTY !== true) return { log: pino(options, terminal.out), place: 'stdout' };
  mkdirSync(home.logs, { recursive: true });
  const place = join(home.logs, 'service.ndjson');
  return { log: pino(options, pino.destination({ dest: place, append: true, sync: true })), place };
}
