import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { buildServer } from '../../orchestrator/api/server.ts';
import { readConfig } from '../../orchestrator/config.ts';
import type { Person, Role } from '../../orchestrator/contract/person.ts';
import { logOptions } from '../../orchestrator/log.ts';
import type { Service } from '../../orchestrator/service.ts';
import { openFileStore } from '../../orchestrator/store/files.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import { Opened } from '../../orchestrator/store/opened.ts';
import { createPerson } from '../../orchestrator/store/people.ts';
import { openQueue, type Workers } from '../../orchestrator/store/queue.ts';
import { makeToken } from '../../orchestrator/store/tokens.ts';
import { baselineOf } from '../../workers/judge/baseline.ts';
import { compareRuns } from '../../workers/judge/compare-runs.ts';
import type { Place } from '../store/places.ts';
import { fakeProcessors, type Watched } from './fake-worker.ts';
import { startWorkers, type WorkerProcesses } from './worker-processes.ts';

/** A whole service for a test: listening on a free port of loopback, on whichever backend the place has. */
export interface Stand extends AsyncDisposable {
  readonly service: Service;
  readonly server: FastifyInstance;
  readonly address: string;
  /** Lines of the log, parsed. */
  readonly logged: Record<string, unknown>[];
  readonly directory: string;
  /** A person with a token. */
  person(role: Role, name?: string): Promise<Guest>;
  /** A worker of this process that makes reports of whatever the fake APK says. */
  work(watched?: Watched): Promise<Workers>;
  /** So many workers in processes of their own, on a database that other processes reach. */
  workApart(count: number): Promise<WorkerProcesses>;
  /** The bytes of a stored file. */
  stored(sha256: string): Promise<Buffer>;
  /** True where a file of that content is stored. */
  holds(content: string): Promise<boolean>;
  /** Names of what lies in the store's folder for uploads that are not finished. */
  incoming(): Promise<string[]>;
}

export interface Guest {
  readonly person: Person;
  readonly secret: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json<Body = Record<string, unknown>>(path: string, init?: RequestInit): Promise<{ status: number; body: Body }>;
}

export async function openStand(
  place: Place,
  environment: Readonly<Record<string, string>> = {},
  parts: Partial<Service> = {},
): Promise<Stand> {
  await using opening = new Opened();
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-api-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const stopping = new AbortController();
  const { signal } = stopping;
  const config = readConfig({ SLEEPTALK_LISTEN: '127.0.0.1:0', SLEEPTALK_RATE_PER_MINUTE: '100000', ...environment });
  const logged: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line !== '') logged.push(JSON.parse(line) as never);
      done();
    },
  });
  const { database, redisUrl } = place;
  const ledger = opening.use(await openLedger({ database, signal }));
  const name = `t-${randomUUID()}`;
  const queue = opening.use(await openQueue({ database, ledger, redisUrl, signal, name, backoffMs: 50 }));
  const service: Service = {
    config,
    ledger,
    queue,
    files: await openFileStore(config, { directory, signal }),
    judge: {
      baselineOf,
      compareRuns,
      functions: [
        { name: 'torch', title: 'Torch' },
        { name: 'messenger', title: 'Messenger' },
      ],
      profileDigest: 'ab'.repeat(32),
    },
    engineVersion: '0.0.0-test',
    log: pino(logOptions('debug'), sink),
    now: () => new Date(),
    ...parts,
  };
  const server = await buildServer(service, { signal });
  opening.defer(async () => {
    stopping.abort();
    await server.close();
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const opened = opening.handOn();
  return {
    service,
    server,
    address,
    logged,
    directory,
    async person(role, personName = `${role} ${randomUUID().slice(0, 8)}`) {
      const person = await createPerson(ledger, { name: personName, role });
      const { secret } = await makeToken(ledger, { person: person.id, name: 'test', role, expiresAt: null });
      return guest(address, person, secret);
    },
    work: (watched = {}) =>
      queue.work(fakeProcessors(service, watched), {
        stages: ['inspect', 'examine', 'assess'],
        classes: { simulated: 2 },
      }),
    workApart(count) {
      if (place.url === undefined) throw new Error('an embedded ledger is one process’s alone');
      return startWorkers(count, { url: place.url, redisUrl, queue: name, directory });
    },
    stored: async (sha256) => buffer(await service.files.open(sha256, signal)),
    holds: (content) => service.files.has(createHash('sha256').update(content).digest('hex')),
    incoming: () => readdir(join(directory, 'incoming')),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

export function guest(address: string, person: Person, secret: string): Guest {
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${address}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${secret}`, ...(init.headers as Record<string, string>) },
    });
  return {
    person,
    secret,
    fetch: call,
    async json<Body>(path: string, init?: RequestInit) {
      const answer = await call(path, init);
      return { status: answer.status, body: (await answer.json()) as Body };
    },
  };
}
