import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Fault, printable } from '../contract/fault.ts';
import { checkedReading } from './checked-reading.ts';
import { openFileCache } from './file-cache.ts';
import { checkDigest, type FilesConfig, type WalkableFiles } from './files.ts';
import { openIntake, type Draft } from './intake.ts';
import { isAbsent, s3Client } from './s3-client.ts';

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
/** A removal gives up after so long, and who waits for it takes it for dead after three times as long. */
const REMOVAL_MS = 20_000;
const LOOK_AGAIN_MS = 100;

/**
 * A store in a bucket: `files/ab/abcd…`, `used/abcd…` for the time when one was stored once more, `leaving/abcd…` while
 * retention takes one away, and `removed/abcd…` for the marks of what it took away. An upload goes to this machine's disk
 * first, since its name is its digest, which is known only at its end; what is in the bucket under its final name is
 * therefore always whole, and nothing is ever written over.
 * @throws Fault `store-failed` where the bucket does not answer, `config-invalid` for half a credential
 */
export async function openS3Files(place: S3Place): Promise<WalkableFiles> {
  const { bucket, directory } = place;
  const client = s3Client(place.config);
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

  /** The later of both times; null where the file is not there. */
  async function lastUse(sha256: string): Promise<Date | null> {
    const present = await head(keyOf(sha256));
    if (present === null) return null;
    const again = await head(useOf(sha256));
    return again !== null && again.usedAt > present.usedAt ? again.usedAt : present.usedAt;
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

  /**
   * Says that a file is used, and then looks whether somebody is removing it, who says that first and looks for uses
   * then: of the two, one sees the other (objects are read as they were last written, as S3 documents it).
   * @returns false where the file is gone
   */
  async function use(sha256: string, signal: AbortSignal): Promise<boolean> {
    await asking('storing a file', () => mark(useOf(sha256)));
    const patience = Date.now() + 3 * REMOVAL_MS;
    while ((await head(leavingOf(sha256))) !== null) {
      if (Date.now() > patience) {
        await asking('storing a file', () => client.send(new DeleteObjectCommand(at(leavingOf(sha256)))));
      } else await delay(LOOK_AGAIN_MS, undefined, { signal });
    }
    return (await head(keyOf(sha256))) !== null;
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
      const isThere = (await head(keyOf(sha256)))?.sizeBytes === sizeBytes;
      const added = !isThere || !(await use(sha256, options.signal));
      if (added) await asking('storing a file', () => upload(draft, options.signal));
      return { sha256, sizeBytes, added };
    },
    local: async (sha256, signal) =>
      cache.path(checkDigest(sha256), async (target) => {
        const size = (await head(keyOf(sha256)))?.sizeBytes;
        if (size === undefined) throw await missing(sha256);
        await using draft = await intake.receive(await read(sha256, signal), { limitBytes: size, signal });
        await rename(draft.file, target);
      }),
    usedAt: lastUse,
    async *walk(signal) {
      let after: string | undefined;
      do {
        signal.throwIfAborted();
        const from = { Bucket: bucket, Prefix: 'files/', ...(after === undefined ? {} : { StartAfter: after }) };
        const page = await asking('listing files', () =>
          client.send(new ListObjectsV2Command(from), { abortSignal: signal }),
        );
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          const sha256 = /^files\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(Key)?.[1];
          // One whose time is not told counts as new: it is left where it is.
          if (sha256 !== undefined) yield { sha256, sizeBytes: Size, storedAt: LastModified ?? new Date() };
        }
        after = page.IsTruncated === true ? page.Contents?.at(-1)?.Key : undefined;
      } while (after !== undefined);
    },
    async remove(sha256, { unlessUsedSince }) {
      const key = keyOf(sha256);
      const usedAt = await lastUse(sha256);
      if (usedAt === null) return 'absent';
      if (usedAt > unlessUsedSince) return 'in-use';
      const inTime = { abortSignal: AbortSignal.timeout(REMOVAL_MS) };
      const isUsed = await asking('removing a file', async () => {
        await mark(leavingOf(sha256));
        try {
          const again = await lastUse(sha256);
          if (again !== null && again > unlessUsedSince) return true;
          await mark(markOf(sha256));
          await client.send(new DeleteObjectCommand(at(key)), inTime);
          await client.send(new DeleteObjectCommand(at(useOf(sha256))));
          return false;
        } finally {
          await client.send(new DeleteObjectCommand(at(leavingOf(sha256))));
        }
      });
      if (isUsed) return 'in-use';
      await cache.forget(sha256);
      return 'removed';
    },
  };
}

function keyOf(sha256: string): string {
  return `files/${checkDigest(sha256).slice(0, 2)}/${sha256}`;
}

/** Whose time is that of the last use after the first. */
function useOf(sha256: string): string {
  return `used/${checkDigest(sha256)}`;
}

/** There while somebody removes the file. */
function leavingOf(sha256: string): string {
  return `leaving/${checkDigest(sha256)}`;
}

function markOf(sha256: string): string {
  return `removed/${checkDigest(sha256)}`;
}
