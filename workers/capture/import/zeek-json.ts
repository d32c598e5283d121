import { zeekRow } from './zeek-row.ts';
import type { ZeekLine } from './zeek-tsv.ts';

/** One line of a JSON log (policy/tuning/json-logs). Some shippers write `id_orig_h`, or `id` as an object of its own. */
export function readZeekJson(text: string): ZeekLine {
  if (text.trim() === '') return { nothing: true };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: 'it is no JSON' }; // the sentence says as much as the parser's would
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { wrong: 'it is no JSON object' };
  const object = value as Record<string, unknown>;
  const log = object['_path'];
  if (typeof log === 'string' && log !== 'conn') return { otherLog: log };
  const id = object['id'];
  const nested = typeof id === 'object' && id !== null ? (id as Record<string, unknown>) : null;
  const row = zeekRow((field) => {
    const found = object[field];
    if (found !== undefined || !field.startsWith('id.')) return found ?? undefined;
    return object[field.replace('.', '_')] ?? nested?.[field.slice(3)] ?? undefined;
  });
  return typeof row === 'string' ? { wrong: row } : { row };
}
