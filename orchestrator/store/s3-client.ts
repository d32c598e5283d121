import { S3Client } from '@aws-sdk/client-s3';
import { Fault } from '../contract/fault.ts';
import type { FilesConfig } from './files.ts';

/** The client that the settings describe. @throws Fault `config-invalid` for half a credential */
export function s3Client(config: FilesConfig): S3Client {
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

/** Whether the answer was that there is no such object. */
export function isAbsent(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;
}
