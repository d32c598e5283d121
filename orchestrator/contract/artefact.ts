import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Classes by which retention is set. */
export const ArtefactClass = z.enum(['sample', 'evidence', 'screen', 'report', 'event']);
export type ArtefactClass = z.infer<typeof ArtefactClass>;

/** One stored file in one of its uses. The bytes go when no use of them is left. */
export const Artefact = z.strictObject({
  sha256,
  class: ArtefactClass,
  submission: z.string(),
  run: z.string().nullable(),
  name: z.string(),
  sizeBytes: z.number().int(),
  createdAt: z.string(),
  removedAt: z.string().nullable(),
});
export type Artefact = z.infer<typeof Artefact>;
