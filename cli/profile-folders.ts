import { delimiter } from 'node:path';
import { Option } from 'commander';
import { printable } from '../orchestrator/contract/fault.ts';
import type { ProfileOverride } from '../orchestrator/contract/profile.ts';
import { line, type Terminal } from './terminal.ts';

/** `--profiles DIR`, as often as wanted; the later folder holds over the earlier one. */
export function profilesOption(): Option {
  return new Option('--profiles <dir>', 'folder of your own functions, roles and SDKs; may be repeated')
    .argParser((directory: string, before: readonly string[]) => [...before, directory])
    .default([], 'SLEEPTALK_PROFILES');
}

/** Folders of a person's own profiles: those of SLEEPTALK_PROFILES, a list as PATH is one, then those of the flags. */
export function profileFolders(environment: NodeJS.ProcessEnv, given: readonly string[] = []): readonly string[] {
  const named = (environment['SLEEPTALK_PROFILES'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return [...named, ...given];
}

/** Says which shipped profiles do not hold, since somebody's own stand in their place. */
export function tellOverrides(terminal: Terminal, overrides: readonly ProfileOverride[]): void {
  for (const { kind, name, file, replaced } of overrides) {
    line(terminal.err, `note: ${kind} ${name}: ${printable(file)} holds instead of ${printable(replaced)}`);
  }
}
