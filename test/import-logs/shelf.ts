import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionRecord, StartRecord } from '../../orchestrator/contract/capture.ts';
import type { ImportedCapture } from '../../workers/capture/import/imported.ts';
import { readCapture, type ReadFile, type ReadOptions } from '../../workers/capture/import/read.ts';

/** A folder of captures for one test file, removed afterwards. */
export interface Shelf extends AsyncDisposable {
  put(content: string | Buffer, name?: string): Promise<string>;
  /** Writes and reads it. */
  read(content: string | Buffer, options?: Partial<ReadOptions>): Promise<ReadFile>;
}

export async function openShelf(): Promise<Shelf> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-logs-'));
  let counter = 0;
  const put = async (content: string | Buffer, name?: string): Promise<string> => {
    counter += 1;
    // No ending: what a file is, is told by what it holds.
    const path = join(directory, name ?? `capture-${counter}`);
    await writeFile(path, content);
    return path;
  };
  return {
    put,
    async read(content, options = {}) {
      return await readCapture(await put(content), { signal: new AbortController().signal, ...options });
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export function sessionsOf(capture: ImportedCapture): (SessionRecord & { readonly line: number })[] {
  return capture.records.flatMap(({ line, record }) => (record.type === 'session' ? [{ ...record, line }] : []));
}

export function startOf(capture: ImportedCapture): StartRecord {
  const start = capture.records[0]?.record;
  if (start?.type !== 'start') throw new Error('the first record is no start');
  return start;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
