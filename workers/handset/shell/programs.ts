import type { OwnedClock } from '../clock.ts';
import { logPrograms } from '../logs/logcat.ts';
import type { OwnedLogs } from '../logs/ring.ts';
import type { Base, Programs } from '../system.ts';
import { DIGEST_PROGRAMS } from './programs/digest.ts';
import { FIELD_PROGRAMS } from './programs/fields.ts';
import { FILE_PROGRAMS } from './programs/files.ts';
import { OWNER_PROGRAMS } from './programs/owners.ts';
import { FIND_PROGRAMS } from './programs/find.ts';
import { GREP_PROGRAMS } from './programs/grep.ts';
import { identityPrograms } from './programs/identity.ts';
import { listPrograms } from './programs/ls.ts';
import { MOUNT_PROGRAMS } from './programs/mounts.ts';
import { PRINT_PROGRAMS } from './programs/print.ts';
import { propertyPrograms } from './programs/properties.ts';
import { SED_PROGRAMS } from './programs/sed.ts';
import { TEXT_PROGRAMS } from './programs/text.ts';
import { timePrograms } from './programs/time.ts';

export interface ProgramContext {
  readonly base: Base;
  readonly clock: OwnedClock;
  readonly logs: OwnedLogs;
  readonly permissive: boolean;
  /** All programs of the handset, for `which`. */
  readonly all: () => Programs;
}

/** The programs that need no other part than files, logs, properties and the clock: Android's toybox and its kin. */
export function createPrograms({ base, clock, logs, permissive, all }: ProgramContext): Programs {
  return {
    ...TEXT_PROGRAMS,
    ...FIELD_PROGRAMS,
    ...PRINT_PROGRAMS,
    ...GREP_PROGRAMS,
    ...SED_PROGRAMS,
    ...FIND_PROGRAMS,
    ...FILE_PROGRAMS,
    ...OWNER_PROGRAMS,
    ...DIGEST_PROGRAMS,
    ...MOUNT_PROGRAMS,
    ...listPrograms(() => base.properties.get('persist.sys.timezone')),
    ...propertyPrograms(base.properties),
    ...timePrograms(base, clock),
    ...identityPrograms(permissive, all),
    ...logPrograms(logs, clock, base.properties),
  };
}
