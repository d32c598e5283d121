import http, { Agent } from 'node:http';

/** How one upload was answered. `status` 0: nobody answered. */
export interface Answer {
  readonly status: number;
  readonly id: string | null;
  readonly milliseconds: number;
  readonly code: string | null;
}

export interface Upload {
  readonly fileName: string;
  readonly bytes: Buffer;
}

/** Connections are kept, as a build server keeps them; nothing here is slower than it must be: it shares the machine. */
const agent = new Agent({ keepAlive: true });
const BOUNDARY = 'sleeptalk-bench-7c1e';

/** Uploads one APK, as a build would. */
export async function submitOne(address: string, token: string, { fileName, bytes }: Upload): Promise<Answer> {
  const startedMs = performance.now();
  const body = Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="apk"; filename="${fileName}"\r\n` +
        `content-type: application/vnd.android.package-archive\r\n\r\n`,
    ),
    bytes,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': body.length,
  };
  try {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = http.request(
        `${address}/api/v1/submissions`,
        { method: 'POST', agent, headers, timeout: 60_000 },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.on('error', reject);
      request.end(body);
    });
    const answer = JSON.parse(text) as { id?: string; code?: string };
    const milliseconds = performance.now() - startedMs;
    return { status, id: answer.id ?? null, milliseconds, code: answer.code ?? null };
  } catch (error) {
    const code = error instanceof Error ? error.message : String(error);
    return { status: 0, id: null, milliseconds: performance.now() - startedMs, code };
  }
}

/** `clients` at once, each taking the next item when its last one is done. */
export async function byClients<Item, Result>(
  clients: number,
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array<Result>(items.length);
  let next = 0;
  async function client(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) results[index] = await act(items[index]!);
  }
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}

/** The value below which `share` of the values lie (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
