import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable, type Readable } from 'node:stream';
import { main } from '../../cli/main.ts';

/** What one command line printed and how it ended. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A person's machine for the command line: a home of its own, removed afterwards. */
export interface Desk extends AsyncDisposable {
  readonly directory: string;
  path(name: string): string;
  run(args: readonly string[], environment?: NodeJS.ProcessEnv, input?: Readable): Promise<Ran>;
}

export async function openDesk(): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-desk-'));
  return {
    directory,
    path: (name) => join(directory, name),
    async run(args, environment = {}, input) {
      const out = collect();
      const err = collect();
      const status = await main(
        args,
        { out, err, ...(input === undefined ? {} : { in: input }) },
        { ...process.env, SLEEPTALK_HOME: join(directory, 'home'), ...environment },
      );
      return { status, out: out.text(), err: err.text() };
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function collect(): Writable & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}
