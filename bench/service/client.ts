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

/** Uploads one APK, as a build would. */
export async function submitOne(address: string, token: string, { fileName, bytes }: Upload): Promise<Answer> {
  const form = new FormData();
  form.set('apk', new Blob([new Uint8Array(bytes)]), fileName);
  const startedMs = performance.now();
  try {
    const response = await fetch(`${address}/api/v1/submissions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
      signal: AbortSignal.timeout(60_000),
    });
    const body = (await response.json()) as { id?: string; code?: string };
    const milliseconds = performance.now() - startedMs;
    return { status: response.status, id: body.id ?? null, milliseconds, code: body.code ?? null };
  } catch (error) {
    const code = error instanceof Error ? error.name : String(error);
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
