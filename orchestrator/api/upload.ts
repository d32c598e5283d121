import type { FastifyRequest } from 'fastify';
import type { SubmissionRequest } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Submission } from '../contract/job.ts';
import type { Service } from '../service.ts';
import { checkFormToken } from './forgery.ts';
import { requestOfFields } from './upload-fields.ts';

export interface Upload {
  readonly files: Submission['files'];
  readonly request: SubmissionRequest;
}

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Reads a form with files: each goes into the store while it is hashed, and the fields may stand before or after
     * them. Only for routes with `config: { upload: true }`.
     * @throws Fault `request-malformed`, `upload-too-large`, `upload-stalled`, `request-forged`
     */
    receiveUpload(mostFiles?: number): Promise<Upload>;
  }
}

/** Splits of one app: Play makes a few dozen at most. */
const MOST_FILES = 64;
const LIMITS = { fieldNameSize: 100, fieldSize: 20_000, fields: 40, headerPairs: 40 } as const;

/** See {@link FastifyRequest.receiveUpload}. */
export async function receiveUpload(
  request: FastifyRequest,
  service: Pick<Service, 'files' | 'config'>,
  mostFiles = MOST_FILES,
): Promise<Upload> {
  if (!request.isMultipart()) throw new Fault('media-type-refused', 'expected multipart/form-data with the files');
  const limitBytes = service.config.SLEEPTALK_MAX_UPLOAD_BYTES;
  refuseAnnounced(request, limitBytes);
  const signal = request.bodySignal;
  const fields = new Map<string, string>();
  const files: Submission['files'] = [];
  // By bearer token there is no form to forge; with the header the form was checked before.
  let trusted = request.csrf === null || request.headers['x-csrf-token'] !== undefined;
  let leftBytes = limitBytes;
  try {
    // The store counts the bytes itself: a limit of the parser would cut a file and pass it on as a whole one.
    const limits = { ...LIMITS, files: mostFiles, parts: mostFiles + LIMITS.fields, fileSize: Infinity };
    const parts = request.parts({ limits });
    for (;;) {
      const next = await orAborted(parts.next(), signal);
      if (next.done === true) break;
      const part = next.value;
      if (part.type === 'field') {
        takeField(fields, part);
        if (part.fieldname === 'csrf') {
          if (!trusted) checkFormToken(request, part.value);
          trusted = true;
          fields.delete('csrf');
        }
      } else {
        if (!trusted) checkFormToken(request, undefined);
        // A browser sends an empty part for a file field that nothing was chosen in.
        if (part.filename === '') {
          part.file.resume();
          continue;
        }
        const { sha256, sizeBytes } = await service.files.add(part.file, { limitBytes: leftBytes, signal });
        leftBytes -= sizeBytes;
        files.push({ sha256, sizeBytes, fileName: nameOf(part.filename) });
      }
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : asUploadFault(error, limitBytes);
  }
  signal.throwIfAborted();
  if (!trusted) checkFormToken(request, undefined);
  if (files.length === 0) throw new Fault('request-malformed', 'apk: expected at least one file');
  return { files, request: requestOfFields(fields) };
}

/** A client that stalls between two parts makes the parser wait for ever: whoever waits for it waits for the signal too. */
async function orAborted<Value>(wanted: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([wanted, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A body that says itself that it is too large is not read at all. The allowance is for fields and part headers. */
function refuseAnnounced(request: FastifyRequest, limitBytes: number): void {
  const announced = Number(request.headers['content-length']);
  if (announced > limitBytes + 1_048_576) throw tooLarge(limitBytes);
}

function tooLarge(limitBytes: number): Fault {
  return new Fault('upload-too-large', `more than ${limitBytes} bytes`);
}

function takeField(
  fields: Map<string, string>,
  part: { fieldname: string; value: unknown; valueTruncated: boolean; fieldnameTruncated: boolean },
): void {
  const name = printable(part.fieldname, 60);
  if (part.fieldnameTruncated) throw new Fault('request-malformed', `${name}: the name of the field is too long`);
  if (part.valueTruncated || typeof part.value !== 'string') {
    throw new Fault('request-malformed', `${name}: expected text of at most ${LIMITS.fieldSize} bytes`);
  }
  if (fields.has(part.fieldname)) throw new Fault('request-malformed', `${name}: given twice`);
  fields.set(part.fieldname, part.value);
}

/** The last part of a path, as the sender named the file; it is shown and never used to open one. */
function nameOf(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? '';
  return printable(last, 200) || 'unnamed';
}

function asUploadFault(error: unknown, limitBytes: number): unknown {
  if (error instanceof Fault) return error.code === 'apk-too-large' ? tooLarge(limitBytes) : error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code.startsWith('FST_')) return error;
  // What is left are the parser's complaints about the form itself; the file system's carry a code of their own.
  if (code === '')
    return new Fault('request-malformed', `the form cannot be read: ${printable(message)}`, { cause: error });
  return error;
}
