import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.ts';
import { listDevices } from '../store/devices.ts';
import { countWaitingForReview } from '../store/review-standing.ts';
import { countByState } from '../store/submission-views.ts';
import { countEnds, StageTimes } from '../store/tallies.ts';

/** Scrapes that come closer together are answered by the same figures, so that nobody can load the ledger by asking. */
const FRESH_MS = 2_000;

/**
 * What Prometheus reads: from ledger and queue at the time of the scrape, so that every process tells the same, beside
 * the HTTP times, which are this process's own. A part that is away leaves its figures out and `sleeptalk_up` at 0.
 */
export function measure(server: FastifyInstance, service: Service): { text(): Promise<string>; contentType: string } {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const http = new Histogram({
    name: 'sleeptalk_http_request_seconds',
    help: 'Time to answer by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10, 60],
    registers,
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    http.observe({ route, method: request.method, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });

  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers });
  const up = gauge('sleeptalk_up', '1 where the part answered this scrape', 'part');
  const submissions = gauge('sleeptalk_submissions', 'Submissions by state', 'state');
  const verdicts = gauge('sleeptalk_reports', 'Reports by verdict', 'verdict');
  const reviews = gauge('sleeptalk_reviews_waiting', 'Finished submissions whose newest report waits for a reviewer');
  const faults = gauge('sleeptalk_faults', 'Submissions that ended with a fault, by code', 'code');
  const devices = gauge('sleeptalk_devices', 'Places for device sessions by class and state', 'class', 'state');
  const jobs = gauge('sleeptalk_queue_jobs', 'Jobs by queue and state', 'queue', 'state');
  const stages = new Histogram({
    name: 'sleeptalk_stage_seconds',
    help: 'Time that stages took, from their begin to that of the next or the end',
    labelNames: ['stage'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 180, 300, 600, 1800, 3600, 7200, 21600, 86400],
    registers,
  });
  const scrapes = new Counter({
    name: 'sleeptalk_scrapes_total',
    help: 'Scrapes that asked ledger and queue',
    registers,
  });
  const times = new StageTimes();

  async function part(name: string, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      up.set({ part: name }, 1);
    } catch {
      up.set({ part: name }, 0); // /readyz says more; a scrape goes on with the parts that answer
    }
  }

  async function refresh(): Promise<void> {
    scrapes.inc();
    for (const one of [submissions, verdicts, faults, devices, jobs]) one.reset();
    reviews.remove(); // one without labels would be reset to 0, which says that nothing waits
    await part('ledger', async () => {
      for (const [state, count] of Object.entries(await countByState(service.ledger)))
        submissions.set({ state }, count);
      reviews.set(await countWaitingForReview(service.ledger));
      const ends = await countEnds(service.ledger);
      for (const [verdict, count] of Object.entries(ends.verdicts)) verdicts.set({ verdict }, count);
      for (const [code, count] of Object.entries(ends.faults)) faults.set({ code }, count);
      for (const device of await listDevices(service.ledger, service.now())) {
        devices.inc({ class: device.class, state: device.state });
      }
      await times.advance(service.ledger, ({ stage, seconds }) => stages.observe({ stage }, seconds));
    });
    await part('queue', async () => {
      for (const [queue, states] of Object.entries(await service.queue.counts())) {
        for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
      }
    });
  }

  let asked = -Infinity;
  let refreshing: Promise<void> = Promise.resolve();
  return {
    contentType: registry.contentType,
    async text() {
      if (Date.now() - asked > FRESH_MS) {
        asked = Date.now();
        refreshing = refresh();
      }
      await refreshing;
      return await registry.metrics();
    },
  };
}
