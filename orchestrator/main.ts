import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { deliverDue } from './acts/webhooks/deliver.ts';
import { queueEnded } from './acts/webhooks/queue-ended.ts';
import { buildServer } from './api/server.ts';
import { Fault, printable } from './contract/fault.ts';
import { repeat } from './repeat.ts';
import type { Service } from './service.ts';
import { reconcile } from './store/reconcile.ts';
import { reVet } from './store/re-vetting.ts';
import { applyRetention, keepDaysOf } from './store/retention.ts';

const WEBHOOKS_EVERY_MS = 2_000;
const RECONCILE_EVERY_MS = 15_000;
/** Uploads and answers under way have so long when the service stops. */
const GRACE_MS = 10_000;
const RETENTION_EVERY_MS = 3_600_000;
const RE_VETTING = { name: 'vetting allowed apps again', everyMs: 600_000 };

export interface RunningService {
  /** Where it listens, as `http://host:port`. */
  readonly address: string;
  /** Resolves when all has stopped after `signal`; rejects where a part could not be stopped. */
  readonly ended: Promise<void>;
}

/**
 * The API and the pages, and what the service does by itself, until `signal` is aborted. Then nothing new is taken,
 * what is open is finished or cut after a grace, and `ended` resolves.
 * @throws Fault `port-busy`, `config-invalid`
 */
export async function runService(service: Service, { signal }: { signal: AbortSignal }): Promise<RunningService> {
  const server = await buildServer(service, { signal });
  const { host, port } = listenOn(service.config.SLEEPTALK_LISTEN);
  await server.listen({ host, port }).catch(async (error: unknown) => {
    await server.close();
    throw asPortFault(error, service.config.SLEEPTALK_LISTEN);
  });
  const address = addressOf(server.server.address() as AddressInfo);
  service.log.info({ address }, 'listening');
  const pass = { signal, log: service.log };
  const keep = keepDaysOf(service.config);
  const passes = [
    repeat({ ...pass, name: 'reconciling queue and ledger', everyMs: RECONCILE_EVERY_MS }, async () => {
      const { requeued, ended } = await reconcile(service.ledger, service.queue, { now: service.now() });
      if (requeued.length > 0 || ended.length > 0) service.log.info({ requeued, ended }, 'reconciled');
    }),
    repeat({ ...pass, name: 'removing what was kept for its days', everyMs: RETENTION_EVERY_MS }, async () => {
      const options = { now: service.now(), who: 'the service', signal };
      const { files, bytes, events } = await applyRetention(service.ledger, service.files, keep, options);
      if (files.length > 0 || events > 0) service.log.info({ files: files.length, bytes, events }, 'removed');
    }),
    ...(service.config.SLEEPTALK_REVET_DAYS === 0 ? [] : [repeat({ ...pass, ...RE_VETTING }, () => vetAgain(service))]),
    repeat({ ...pass, name: 'sending webhooks', everyMs: WEBHOOKS_EVERY_MS }, async () => {
      await queueEnded(service);
      await deliverDue(service, { signal });
    }),
  ];
  async function untilStopped(): Promise<void> {
    await Promise.all(passes);
    service.log.info('stopping');
    await closeWithin(server, GRACE_MS);
    service.log.info('stopped');
  }
  return { address, ended: untilStopped() };
}

/** What is answered already goes at once, what is still asked or sent has the grace. */
async function closeWithin(server: FastifyInstance, graceMs: number): Promise<void> {
  // A connection that falls idle after closing began would otherwise be kept for its keep-alive time.
  const idle = setInterval(() => server.server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.server.closeAllConnections(), graceMs);
  try {
    await server.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

async function vetAgain({ ledger, queue, config, now, log }: Service): Promise<void> {
  const submissions = await reVet(ledger, queue, { olderThanDays: config.SLEEPTALK_REVET_DAYS, now: now() });
  if (submissions.length > 0) log.info({ submissions }, 'allowed apps are vetted again');
}

function listenOn(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) };
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function asPortFault(error: unknown, listen: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Fault('port-busy', `${listen}: another program listens there`, { cause: error });
  if (code === 'EACCES') return new Fault('port-busy', `${listen}: this user may not listen there`, { cause: error });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Fault('config-invalid', `SLEEPTALK_LISTEN: ${printable(message)}`, { cause: error });
  }
  return error;
}
