import type { ProgramIo, Programs } from '../../system.ts';
import { UsageFault } from '../flags.ts';
import { complainOf, pathOf } from '../inputs.ts';
import { parseOr, type Cursor, type Visited } from './find-expression.ts';

export const FIND_PROGRAMS: Programs = { find };

/** find with -name -iname -path -type -maxdepth -mindepth -size -user -newer -empty ! -o -print -print0 -exec -delete. */
async function find(io: ProgramIo): Promise<number> {
  const args = io.argv.slice(1);
  const start = args.findIndex((word) => word.startsWith('-') || word === '!' || word === '(');
  const roots = start < 0 ? args : args.slice(0, start);
  const cursor: Cursor = {
    words: start < 0 ? [] : args.slice(start),
    at: 0,
    most: Infinity,
    least: 0,
    acts: false,
    io,
  };
  const test = parseOr(cursor);
  if (cursor.at < cursor.words.length) throw new UsageFault(`bad arg '${cursor.words[cursor.at] ?? ''}'`);
  let status = 0;

  const visit = async (visited: Visited): Promise<void> => {
    if (io.signal.aborted) return;
    const deepFirst = cursor.words.includes('-delete') || cursor.words.includes('-depth');
    const report = async (): Promise<void> => {
      if (visited.depth < cursor.least) return;
      if ((await test(visited)) && !cursor.acts) io.out(`${visited.shown}\n`);
      await io.drained();
    };
    if (!deepFirst) await report();
    if (visited.stat.kind === 'directory' && visited.depth < cursor.most) {
      try {
        for (const name of io.files.list(visited.path)) {
          const path = `${visited.path === '/' ? '' : visited.path}/${name}`;
          const stat = io.files.linkStat(path);
          const shown = `${visited.shown.replace(/\/$/, '')}/${name}`;
          if (stat !== undefined) await visit({ path, shown, depth: visited.depth + 1, stat });
        }
      } catch (error) {
        complainOf(io, visited.shown, error);
        status = 1;
      }
    }
    if (deepFirst) await report();
  };

  for (const root of roots.length === 0 ? ['.'] : roots) {
    try {
      const stat = io.files.linkStat(pathOf(io, root));
      if (stat !== undefined) await visit({ path: pathOf(io, root), shown: root, depth: 0, stat });
      else {
        io.err(`find: ${root}: No such file or directory\n`);
        status = 1;
      }
    } catch (error) {
      complainOf(io, root, error);
      status = 1;
    }
  }
  return status;
}
