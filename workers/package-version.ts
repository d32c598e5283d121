import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

const Package = z.looseObject({ version: z.string() });

/**
 * Version of an installed npm package, or null where it is not installed. Looks into the folders where Node would look:
 * a package may keep its package.json out of its `exports`.
 */
export function packageVersion(name: string): string | null {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return Package.parse(JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'))).version;
    } catch {
      continue; // not in this folder
    }
  }
  return null;
}
