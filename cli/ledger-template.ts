import { join } from 'node:path';
import { packageVersion } from '../workers/package-version.ts';
import { packageRoot } from './version.ts';

/**
 * A fresh embedded ledger, made once by scripts/prepare.sh, that new homes are copied from: initdb takes seconds, a copy
 * a tenth of one. Where it is absent, a new home is simply made from nothing.
 */
export function ledgerTemplate(): string {
  return join(packageRoot, '.cache', `ledger-${packageVersion('@electric-sql/pglite') ?? 'unknown'}`);
}
