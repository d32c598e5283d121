import { createHash } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import { Fault, printable } from '../contract/fault.ts';

/**
 * The same bytes, whose digest is known when they end: a stored file that changed since (bit rot, a hand in the store)
 * breaks the stream with `artefact-broken` before it ends, so nobody takes it for whole.
 */
export function checkedReading(source: Readable, sha256: string, signal: AbortSignal): Readable {
  const checked = Readable.from(pass(source, sha256), { objectMode: false });
  // A reader who leaves before the first byte never started the generator, which then closes nothing.
  checked.once('close', () => source.destroy());
  checked.on('error', () => undefined); // whoever reads is told; cancelled before anyone reads, it is nobody's to hear
  return addAbortSignal(signal, checked);
}

async function* pass(source: Readable, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    const said = printable(error instanceof Error ? error.message : String(error));
    throw new Fault('store-failed', `reading the file of SHA-256 ${sha256} broke off: ${said}`, { cause: error });
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw new Fault('artefact-broken', `the file of SHA-256 ${sha256} has SHA-256 ${found}`);
}
