import { readdirSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** A private S3 server on a free loopback port. */
export interface S3Server extends AsyncDisposable {
  readonly bucket: string;
  /** The settings that lead to it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Every key in the bucket, sorted. */
  keys(): string[];
  /** Writes an object as somebody with a hand in the store would. */
  put(key: string, content: Buffer): Promise<void>;
  /** Takes an object away in the same manner. */
  drop(key: string): void;
}

/** s3rver has no types of its own. */
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: Record<string, unknown>) => {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
};

export async function startS3(directory: string, bucket: string): Promise<S3Server> {
  await mkdir(directory, { recursive: true });
  const options = {
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  };
  const server = new S3rver(options);
  const address = await server.run();
  const endpoint = `http://127.0.0.1:${address.port}`;
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return {
    bucket,
    environment: {
      SLEEPTALK_S3_BUCKET: bucket,
      SLEEPTALK_S3_ENDPOINT: endpoint,
      SLEEPTALK_S3_ACCESS_KEY: credentials.accessKeyId,
      SLEEPTALK_S3_SECRET_KEY: credentials.secretAccessKey,
    },
    keys: () =>
      readdirSync(path.join(directory, bucket), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('._S3rver_object'))
        .map((name) => name.replace('._S3rver_object', ''))
        .sort(),
    put: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    },
    drop: (key) => rmSync(path.join(directory, bucket, `${key}._S3rver_object`)),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
    },
  };
}
