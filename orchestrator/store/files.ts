import type { Readable } from 'node:stream';
import type { ServiceConfig } from '../config.ts';
import { Fault } from '../contract/fault.ts';
import { openDiskFiles } from './disk-files.ts';
import { walkDisk } from './disk-walk.ts';
import type { Content, IntakeOptions } from './intake.ts';

/** Files of any kind (submitted, evidence, reports), each stored once under the SHA-256 of its content. */
export interface FileStore {
  /**
   * Streams a file in. Storing what is there already changes nothing but the time of its last use.
   * @throws Fault `apk-too-large` past `limitBytes`, `disk-full`, `store-failed`; nothing of the file remains then
   */
  add(content: Content, options: IntakeOptions): Promise<StoredFile>;
  has(sha256: string): Promise<boolean>;
  /** Bytes of a file; null where it is not stored. */
  size(sha256: string): Promise<number | null>;
  /**
   * Reads a file, checking its digest on the way: the stream ends in `artefact-broken` where it does not match.
   * @throws Fault `artefact-removed`, `artefact-missing`, `store-failed`
   */
  open(sha256: string, signal: AbortSignal): Promise<Readable>;
  /**
   * A path on this machine where the file lies, its digest checked. It is to be read, never changed. Of a store
   * elsewhere the file is fetched, and stays for at least six hours after it was last asked for.
   * @throws Fault as {@link open}, and `artefact-broken`
   */
  local(sha256: string, signal: AbortSignal): Promise<string>;
  /**
   * Removes a file for good and leaves a mark, so that who asks for it later is told. For retention alone, which first
   * makes sure that no use is left. A file that someone stored (again) after `unlessUsedSince` stays: `in-use`.
   */
  remove(sha256: string, options: { unlessUsedSince: Date }): Promise<'removed' | 'in-use' | 'absent'>;
}

/** A file as a walk through the store finds it. */
export interface WalkedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** When it was stored; somebody may have stored it once more since. */
  readonly storedAt: Date;
}

/** What a store holds, for retention. */
export interface FileWalk {
  /** Every file, sorted by digest. @throws Fault `store-failed` */
  walk(signal: AbortSignal): AsyncIterable<WalkedFile>;
  /** When a file was last stored; null where it is not there. @throws Fault `store-failed` */
  usedAt(sha256: string): Promise<Date | null>;
}

export interface WalkableFiles extends FileStore, FileWalk {}

export interface StoredFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** False where the same content was there before. */
  readonly added: boolean;
}

/** The settings that say where files lie. */
export type FilesConfig = Pick<ServiceConfig, Extract<keyof ServiceConfig, `SLEEPTALK_S3_${string}`>>;

/**
 * The bucket that the settings name, with `directory` as its cache; without one, `directory` itself.
 * @throws Fault `store-failed` where the bucket does not answer, `config-invalid` where settings contradict each other
 */
export async function openFileStore(
  config: FilesConfig,
  options: { readonly directory: string; readonly signal: AbortSignal },
): Promise<WalkableFiles> {
  options.signal.throwIfAborted();
  if (config.SLEEPTALK_S3_BUCKET === undefined) {
    const files = await openDiskFiles(options.directory);
    return { ...files, ...walkDisk(options.directory, (sha256) => files.path(sha256)) };
  }
  // The client of S3 is large, so it is loaded only where it is used.
  const { openS3Files } = await import('./s3-files.ts');
  return openS3Files({ config, bucket: config.SLEEPTALK_S3_BUCKET, ...options });
}

/** @throws Fault `usage` where the text is no SHA-256, so that no name from outside leads anywhere else */
export function checkDigest(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Fault('usage', 'a file is named by the 64 hex digits of its SHA-256');
  return sha256;
}
