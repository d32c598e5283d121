import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { quarantine, release } from '../../acts/devices.ts';
import { note } from '../../acts/noted.ts';
import { Fault } from '../../contract/fault.ts';
import { ReviewRequest } from '../../contract/review.ts';
import type { Service } from '../../service.ts';
import { listAudit, verifyAudit } from '../../store/audit.ts';
import { listDevices } from '../../store/devices.ts';
import { auditPage, type Checked } from '../pages/audit.ts';
import { devicesPage } from '../pages/devices.ts';
import { NOTHING_TYPED, type Typed } from '../pages/form.ts';
import { asked, fieldsOf, onTo, queryOf, show, signedIn } from './visiting.ts';

/** Devices and the audit log. */
export function operationPages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  async function showDevices(request: FastifyRequest, reply: FastifyReply, typed: Typed, status: number) {
    const visit = signedIn(service, request);
    return show(reply, devicesPage(visit, await listDevices(ledger, visit.now), typed), status);
  }

  server.get('/devices', async (request, reply) => showDevices(request, reply, NOTHING_TYPED, 200));

  server.post('/devices/quarantine', async (request, reply) => {
    signedIn(service, request, 'admin');
    const values = fieldsOf(request);
    const reason = ReviewRequest.shape.reason.safeParse(values['reason']);
    if (!reason.success) {
      const problems = { reason: 'Say why the device is held back, in at most 4000 characters.' };
      return showDevices(request, reply, { values, problems }, 422);
    }
    await quarantine(service, request.actor, values['id'] ?? '', reason.data);
    return onTo(reply, '/devices', 'quarantined');
  });

  server.post('/devices/release', async (request, reply) => {
    await release(service, request.actor, fieldsOf(request)['id'] ?? '');
    return onTo(reply, '/devices', 'released');
  });

  async function showAudit(request: FastifyRequest, reply: FastifyReply, checked: Checked | null) {
    const visit = signedIn(service, request, 'admin');
    const query = queryOf(request);
    const found = await listAudit(ledger, { cursor: asked(query, 'cursor'), most: 100 });
    return show(reply, auditPage(visit, found, query, checked));
  }

  server.get('/audit', async (request, reply) => showAudit(request, reply, null));

  server.post('/audit/verify', async (request, reply) => {
    const { actor } = signedIn(service, request, 'admin');
    const checked = await verify(service, request.bodySignal);
    await note(service, actor, { act: 'verified-audit', subject: null, detail: checked });
    return showAudit(request, reply, checked);
  });
}

/** A broken chain is what the page has to show, not an error of the page. */
async function verify({ ledger }: Pick<Service, 'ledger'>, signal: AbortSignal): Promise<Checked> {
  try {
    return await verifyAudit(ledger, { signal });
  } catch (error) {
    if (error instanceof Fault && error.code === 'audit-broken') return { broken: error.detail };
    throw error;
  }
}
