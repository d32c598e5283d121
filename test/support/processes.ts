import { readdirSync, readFileSync } from 'node:fs';

/** A process that has the given words in its environment: one of those that a test started, however it was started. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** Living processes whose environment holds the words; zombies, which hold nothing any more, do not count. */
export function processesWith(words: string): Descendant[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(words)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), command }];
      } catch {
        return []; // it ended meanwhile, or belongs to another user
      }
    });
}
