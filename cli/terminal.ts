import type { Readable, Writable } from 'node:stream';

/** Where a command writes: results to `out`, everything a person watches to `err`; and what is piped into it. */
export interface Terminal {
  readonly in?: Readable & { readonly isTTY?: boolean };
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

export function line(stream: Writable, text = ''): void {
  stream.write(`${text}\n`);
}
