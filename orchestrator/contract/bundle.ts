import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** manifest.json of a sealed evidence bundle: every other file in it by digest. Its own SHA-256 names the bundle. */
export const BundleManifest = z.strictObject({
  schema: z.literal('sleeptalk-bundle-1'),
  run: z.string(),
  sealedAt: z.string(),
  sample: z.array(z.strictObject({ sha256, fileName: z.string(), split: z.string().nullable() })),
  package: z.string(),
  seed: z.number().int(),
  device: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  tools: z.record(z.string(), z.string()),
  files: z.array(z.strictObject({ path: z.string(), sha256, sizeBytes: z.number().int().min(0) })),
  custody: z.array(z.strictObject({ at: z.string(), who: z.string(), what: z.string() })),
});
export type BundleManifest = z.infer<typeof BundleManifest>;
