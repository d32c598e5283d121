import { createGunzip } from 'node:zlib';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';

/** How far the unpacking of a gzip file came. */
export interface Unpacking {
  /** Bytes of the file that were unpacked. */
  inBytes: number;
  outBytes: number;
  /** What went wrong, in a sentence; null while nothing did. */
  trouble: string | null;
}

/** A log packs 5 to 40 times smaller; deflate cannot do better than 1032 times (RFC 1951, 3.2.5). */
const MOST_RATIO = 300;
const RATIO_FROM_BYTES = 64 * 1_048_576;
/** 1032 times this much may come out at once. */
const SLICE_BYTES = 16_384;

/**
 * Unpacks gzip (RFC 1952), several members as one. A file that is cut or damaged gives what lies before the damage.
 *
 * @throws Fault `capture-malformed` where much more comes out than any log holds.
 */
export async function* unpack(
  first: Buffer,
  rest: AsyncGenerator<Buffer>,
  path: string,
  state: Unpacking,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const out: Buffer[] = [];
  // Errors are kept, not thrown, and data is taken as it comes: a stream that is destroyed drops what it still holds.
  let failure: Error | null = null;
  let wake = (): void => undefined;
  gunzip.once('error', (error) => {
    failure = error;
    wake();
  });
  gunzip.on('data', (chunk: Buffer) => out.push(chunk));
  const stopped = (): boolean => failure !== null;
  const until = (begin: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      begin(resolve);
    });
  try {
    for (let chunk: Buffer | undefined = first; chunk !== undefined && !stopped();) {
      for (let from = 0; from < chunk.length && !stopped(); from += SLICE_BYTES) {
        const slice = chunk.subarray(from, from + SLICE_BYTES);
        await until((done) => gunzip.write(slice, () => done()));
        state.inBytes = gunzip.bytesWritten;
        yield* taken(out, path, state);
      }
      const next: IteratorResult<Buffer> = await rest.next();
      chunk = next.done === true ? undefined : next.value;
    }
    if (!stopped()) {
      await until((done) => gunzip.once('end', done).end());
      yield* taken(out, path, state);
    }
    if (stopped()) state.trouble = troubleOf(failure, state);
  } finally {
    gunzip.destroy();
  }
}

function* taken(out: Buffer[], path: string, state: Unpacking): Generator<Buffer> {
  for (const chunk of out.splice(0)) {
    state.outBytes += chunk.length;
    if (state.outBytes > RATIO_FROM_BYTES && state.outBytes > MOST_RATIO * state.inBytes) {
      throw new Fault('capture-malformed', `${printable(path)}: unpacks to more than ${MOST_RATIO} times its size.`);
    }
    yield chunk;
  }
}

function troubleOf(failure: (Error & { code?: string }) | null, { inBytes }: Unpacking): string {
  return failure?.code === 'Z_BUF_ERROR'
    ? 'The gzip file is cut: what followed its last byte is not known.'
    : `The gzip file is damaged from about byte ${inBytes} on: nothing behind it could be read.`;
}
