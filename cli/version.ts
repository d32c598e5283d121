import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Package = z.looseObject({ version: z.string() });

/** The checkout's or the installed package's root. */
export const packageRoot = join(import.meta.dirname, '..');

export function version(): string {
  return Package.parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))).version;
}
