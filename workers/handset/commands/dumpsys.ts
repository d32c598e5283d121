import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { Program } from '../system.ts';
import type { Parts } from '../system.ts';

/** `dumpsys [-l] [-t SECONDS] [--priority P] [--skip A,B] [SERVICE [ARGS]]`. */
export function createDumpsys(parts: Parts): Program {
  return async (io) => {
    const args = io.argv.slice(1);
    let at = 0;
    let skipped: string[] = [];
    for (; at < args.length; at++) {
      const word = args[at] ?? '';
      if (word === '-l') {
        io.out(
          `Currently running services:\n${serviceNames(parts)
            .map((name) => `  ${name}\n`)
            .join('')}`,
        );
        return 0;
      }
      if (word === '-t' || word === '-T' || word === '--priority') at++;
      else if (word === '--skip') skipped = (args[++at] ?? '').split(',');
      else if (word !== '--proto' && word !== '--pid') break;
    }
    const [name, ...rest] = args.slice(at);
    if (name === undefined) {
      for (const one of serviceNames(parts)) {
        if (skipped.includes(one)) continue;
        io.out(
          `-------------------------------------------------------------------------------\nDUMP OF SERVICE ${one}:\n`,
        );
        io.out((await parts.dumps[one]?.([])) ?? '');
        await io.drained();
      }
      return 0;
    }
    const dump = lookUp(parts.dumps, name);
    if (!dump) {
      io.err(`Can't find service: ${name}\n`);
      return 0;
    }
    io.out(await dump(rest));
    return 0;
  };
}

function serviceNames(parts: Parts): string[] {
  return Object.keys(parts.dumps).sort();
}
