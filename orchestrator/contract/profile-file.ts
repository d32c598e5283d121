import { z } from 'zod';
import { Licence, SdkProfile } from './profile.ts';

/** Lower-case labels, internationalised ones as punycode; a leading dot makes it a suffix, of two labels at least. */
const HostPattern = z
  .string()
  .max(254)
  .regex(
    /^\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'expected a lower-case host name, or a suffix of two labels that begins with a dot',
  );

const Name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by dashes')
  .max(64);

/** One product's destinations in a file of `roles/`, with how it is known that they are its. */
export const RoleDestination = z.strictObject({
  name: Name,
  owner: z.string().min(1).nullable(),
  /** Exact host names, or suffixes that begin with a dot. */
  hosts: z.array(HostPattern).min(1).max(1000),
  ports: z.array(z.number().int().min(1).max(65_535)).min(1).optional(),
  platform: z.boolean().optional(),
  /** In place of the licences of the file, also where it is empty. */
  licences: z.array(Licence).optional(),
  always: z.boolean().optional(),
  selfService: z.boolean().optional(),
  because: z.string().min(1).optional(),
  source: z.string().min(1),
});
export type RoleDestination = z.infer<typeof RoleDestination>;

/**
 * A file of `roles/`: one role, what it licenses, and who plays it. What a file leaves out of title, platform, because,
 * selfService and licences is that of the shipped role of the same name; a new role states title, platform and because.
 */
export const RoleFile = z.strictObject({
  role: Name,
  title: z.string().min(1).optional(),
  platform: z.boolean().optional(),
  because: z.string().min(1).optional(),
  selfService: z.boolean().optional(),
  licences: z.array(Licence).optional(),
  destinations: z.array(RoleDestination).max(2000),
});
export type RoleFile = z.infer<typeof RoleFile>;

/** A file of SDKs: `sdks.json`. */
export const SdkFile = z.strictObject({ sdks: z.array(SdkProfile).max(5000) });
export type SdkFile = z.infer<typeof SdkFile>;
