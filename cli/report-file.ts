import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { Baseline } from '../orchestrator/contract/baseline.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import type { FaultCode } from '../orchestrator/contract/faults.ts';
import { Report } from '../orchestrator/contract/report.ts';

/** A report of the longest window with every beat stays far below this. */
const MOST_BYTES = 256 * 1_048_576;

export interface ReportFile {
  readonly path: string;
  readonly report: Report;
  /** Of the file's bytes, lower-case hex. */
  readonly sha256: string;
}

/** Reads a report.json, or the one in a folder of a run. Errors: `file-unreadable`, `report-malformed`. */
export async function readReport(given: string, signal: AbortSignal): Promise<ReportFile> {
  const isFolder = (await stat(given).catch(() => null))?.isDirectory() === true; // what else it is, reading it says
  const path = isFolder ? join(given, 'report.json') : given;
  const bytes = await read(path, signal);
  const report = parsed(Report, bytes, path, 'report-malformed');
  return { path, report, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Reads a file that `sleeptalk approve` wrote. Errors: `file-unreadable`, `baseline-malformed`. */
export async function readBaseline(path: string, signal: AbortSignal): Promise<Baseline> {
  return parsed(Baseline, await read(path, signal), path, 'baseline-malformed');
}

async function read(path: string, signal: AbortSignal): Promise<Buffer> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? 'it cannot be opened');
    throw new Fault('file-unreadable', `${printable(path)}: ${reason}`);
  });
  if (!found.isFile()) throw new Fault('file-unreadable', `${printable(path)}: it is not a regular file`);
  if (found.size > MOST_BYTES) {
    throw new Fault('file-unreadable', `${printable(path)}: it has ${found.size} bytes; ${MOST_BYTES} are the most`);
  }
  return await readFile(path, { signal });
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer, path: string, code: FaultCode): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(code, `${printable(path)}: it is not JSON: ${printable(reason)}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
  throw new Fault(
    code,
    `${printable(path)}${printable(where)}: ${printable(issue?.message ?? 'it is of another form')}`,
  );
}
