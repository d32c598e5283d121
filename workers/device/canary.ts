import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Shell } from './shell.ts';

/** TEST-NET-1 (RFC 5737): no host has this address, so an answer can only come from the proxy. */
const NOWHERE = '192.0.2.1';

/**
 * Makes one plain HTTP request under the app's uid, from the device: what comes back must come from the proxy.
 * Gives the first line of the answer. Error: `canary-failed` with the device's words where nothing answered.
 */
export async function sendCanary(
  root: Shell,
  options: { readonly uid: number; readonly nonce: string; readonly signal: AbortSignal },
): Promise<string> {
  if (!/^[A-Za-z0-9-]{8,80}$/.test(options.nonce)) {
    throw new Fault('canary-failed', 'a nonce is 8 to 80 letters, digits and dashes');
  }
  const request = String.raw`GET /${options.nonce} HTTP/1.1\r\nHost: canary.invalid\r\nConnection: close\r\n\r\n`;
  const command = `printf '${request}' | su ${options.uid} nc -w 5 ${NOWHERE} 80`;
  const result = await root(command, { signal: options.signal, timeoutMs: 20_000, mostBytes: 64 * 1024 });
  const status = /^HTTP\/1\.[01] \d{3}[^\r\n]*/.exec(result.stdout)?.[0];
  if (status === undefined) {
    const words = printable((result.stderr.trim() || result.stdout.trim() || 'no answer').slice(0, 200));
    throw new Fault('canary-failed', `the request of uid ${options.uid} was not answered by the proxy: ${words}`);
  }
  return status;
}
