import type { Duplex } from 'node:stream';
import { type Opening, OPENING_LIMITS, peekOpening } from './opening.ts';

/** Who spoke first on a connection that began in silence. */
export type FirstWord =
  /** The server did: its bytes are still in its stream. */
  { readonly kind: 'server' } | Exclude<Opening, { readonly kind: 'silent' }>;

/**
 * Waits, for as long as the connection lasts, for the first byte of either side. An app that was only slow (its process
 * or ours was starved for a moment) is read like any other when it does speak.
 * @param server null where nobody is there to speak
 */
export async function firstWord(app: Duplex, server: Duplex | null, signal: AbortSignal): Promise<FirstWord> {
  const serverSpoke = new AbortController();
  const onReadable = (): void => serverSpoke.abort();
  server?.once('readable', onReadable);
  try {
    const limits = { ...OPENING_LIMITS, silenceMs: null };
    const opening = await peekOpening(app, limits, AbortSignal.any([signal, serverSpoke.signal]));
    return opening.kind === 'silent' ? { kind: 'closed' } : opening;
  } catch (error) {
    if (serverSpoke.signal.aborted && !signal.aborted) return { kind: 'server' };
    throw error;
  } finally {
    server?.off('readable', onReadable);
  }
}
