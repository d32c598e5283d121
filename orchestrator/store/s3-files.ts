import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Fault, printable } from '../contract/fault.ts';
import { checkedReading } from './checked-reading.ts';
import { openFileCache } from './file-cache.ts';
import { checkDigest, type FilesConfig, type FileStore } from './files.ts';
import { openIntake, type Draft } from './intake.ts';

export interface S3Place {
  readonly config: FilesConfig;
  readonly bucket: string;
  /** For uploads whose digest is not known yet, and for copies that are read by path. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Bytes of copies that are kept beyond what is in use. */
  readonly cacheBytes?: number;
}

/** Parts of an upload: 10,000 of them at most, so files up to 80 GB; four are in memory at a time. */
const PART_BYTES = 8 * 1024 ** 2;
const PARTS_AT_ONCE = 4;
const CACHE_BYTES = 8 * 1024 ** 3;

/**
 * A store in a bucket: `files/ab/abcd…`, `used/abcd…` for the time when one was stored once more, and `removed/abcd…`
 * for the marks of what retention took away. An upload goes
 * to this machine's disk first, since its name is its digest, which is known only at its end; what is in the bucket
 * under its final name is therefore always whole, and nothing is ever written over.
 * @throws Fault `store-failed` where the bucket does not answer, `config-invalid` for half a credential
 */
export async function openS3Files(place: S3Place): Promise<FileStore> {
  const { bucket, directory } = place;
  const client = clientOf(place.config);
  const intake = await openIntake(path.join(directory, 'incoming'));
  const cache = await openFileCache(path.join(directory, 'cache'), place.cacheBytes ?? CACHE_BYTES);
  const at = (Key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key });

  async function asking<Answer>(doing: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fault || (error as Error).name === 'AbortError') throw error;
      const said = `${(error as Error).name}: ${(error as Error).message}`;
      throw new Fault('store-failed', `${doing} in bucket ${printable(bucket)}: ${printable(said)}`, { cause: error });
    }
  }

  function head(key: string): Promise<{ sizeBytes: number; usedAt: Date } | null> {
    return asking('looking up a file', async () => {
      try {
        const found = await client.send(new HeadObjectCommand(at(key)));
        return { sizeBytes: found.ContentLength ?? 0, usedAt: found.LastModified ?? new Date(0) };
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    });
  }

  async function missing(sha256: string): Promise<Fault> {
    const marked = await head(markOf(sha256));
    if (marked === null) return new Fault('artefact-missing', `no file of SHA-256 ${sha256} in bucket ${bucket}`);
    return new Fault('artefact-removed', `the file of SHA-256 ${sha256}, on ${marked.usedAt.toISOString()}`);
  }

  async function upload(draft: Draft, signal: AbortSignal): Promise<void> {
    const sending = new Upload({
      client,
      params: { ...at(keyOf(draft.sha256)), Body: createReadStream(draft.file), ContentLength: draft.sizeBytes },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
      leavePartsOnError: false,
    });
    const abort = (): void => void sending.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await sending.done();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** An object's own time never changes, so the time of its last use is that of a second, small one. */
  async function mark(key: string): Promise<void> {
    await client.send(new PutObjectCommand({ ...at(key), Body: Buffer.from(new Date().toISOString()) }));
  }

  async function read(sha256: string, signal: AbortSignal): Promise<Readable> {
    signal.throwIfAborted();
    return asking('reading a file', async () => {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(keyOf(sha256))), { abortSignal: signal });
        if (!(Body instanceof Readable)) throw new Error('the answer has no body');
        return checkedReading(Body, sha256, signal);
      } catch (error) {
        throw isAbsent(error) ? await missing(sha256) : error;
      }
    });
  }

  await asking('opening the store', () =>
    client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: place.signal }),
  );

  return {
    has: async (sha256) => (await head(keyOf(sha256))) !== null,
    size: async (sha256) => (await head(keyOf(sha256)))?.sizeBytes ?? null,
    open: read,
    async add(content, options) {
      await using draft = await intake.receive(content, options);
      const { sha256, sizeBytes } = draft;
      const present = await head(keyOf(sha256));
      const added = present?.sizeBytes !== sizeBytes;
      await asking('storing a file', () => (added ? upload(draft, options.signal) : mark(useOf(sha256))));
      return { sha256, sizeBytes, added };
    },
    local: async (sha256, signal) =>
      cache.path(checkDigest(sha256), async (target) => {
        const size = (await head(keyOf(sha256)))?.sizeBytes;
        if (size === undefined) throw await missing(sha256);
        await using draft = await intake.receive(await read(sha256, signal), { limitBytes: size, signal });
        await rename(draft.file, target);
      }),
    async remove(sha256, { unlessUsedSince }) {
      const key = keyOf(sha256);
      const present = await head(key);
      if (present === null) return 'absent';
      const usedAgain = await head(useOf(sha256));
      if (present.usedAt > unlessUsedSince || (usedAgain !== null && usedAgain.usedAt > unlessUsedSince))
        return 'in-use';
      await asking('removing a file', async () => {
        await mark(markOf(sha256));
        await client.send(new DeleteObjectCommand(at(key)));
        await client.send(new DeleteObjectCommand(at(useOf(sha256))));
      });
      await cache.forget(sha256);
      return 'removed';
    },
  };
}

function clientOf(config: FilesConfig): S3Client {
  const accessKeyId = config.SLEEPTALK_S3_ACCESS_KEY;
  const secretAccessKey = config.SLEEPTALK_S3_SECRET_KEY;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new Fault(
      'config-invalid',
      'SLEEPTALK_S3_ACCESS_KEY and SLEEPTALK_S3_SECRET_KEY belong together: one is missing',
    );
  }
  const endpoint = config.SLEEPTALK_S3_ENDPOINT;
  return new S3Client({
    region: config.SLEEPTALK_S3_REGION,
    // Names in the path and no checksums but those asked for: what stores other than AWS understand.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Without keys the client looks for a role of the machine, as AWS documents it.
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
    maxAttempts: 4,
  });
}

function keyOf(sha256: string): string {
  return `files/${checkDigest(sha256).slice(0, 2)}/${sha256}`;
}

/** Whose time is that of the last use after the first. */
function useOf(sha256: string): string {
  return `used/${checkDigest(sha256)}`;
}

function markOf(sha256: string): string {
  return `removed/${checkDigest(sha256)}`;
}

function isAbsent(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;
}
