import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowancesOf, endAllowanceOf } from '../../acts/allow.ts';
import { Fault, printable } from '../../contract/fault.ts';
import { Allowance, ReviewRequest } from '../../contract/review.ts';
import type { Service } from '../../service.ts';
import { currentAllowance, listAllowances } from '../../store/allowances.ts';
import { allowedPackagePage } from '../pages/allowed-package.ts';
import { allowlistPage } from '../pages/allowlist.ts';
import { NOTHING_TYPED, type Typed } from '../pages/form.ts';
import { asked, fieldsOf, named, onTo, queryOf, show, signedIn } from './visiting.ts';

/** The allowlist, and one package of it. */
export function allowlistPages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  server.get('/allowlist', async (request, reply) => {
    const visit = signedIn(service, request);
    const query = queryOf(request);
    const state = Allowance.shape.state.safeParse(query.get('state'));
    const text = asked(query, 'text', 200);
    const found = await listAllowances(ledger, {
      cursor: asked(query, 'cursor'),
      now: visit.now,
      most: 50,
      ...(state.success ? { state: state.data } : {}),
      ...(text === null ? {} : { text }),
    });
    return show(reply, allowlistPage(visit, found, query));
  });

  async function showPackage(request: FastifyRequest, reply: FastifyReply, typed: Typed, status: number) {
    const visit = signedIn(service, request);
    const packageName = named(request, 'package').replaceAll('\0', '');
    const entries = await allowancesOf(service, packageName);
    if (entries.length === 0) throw new Fault('allowance-unknown', printable(packageName));
    const active = entries.filter(({ state }) => state === 'active');
    const found = await Promise.all(active.map((one) => currentAllowance(ledger, packageName, visit.now, one.signers)));
    const baselines = found.filter((one) => one !== null);
    return show(reply, allowedPackagePage(visit, { packageName, entries, baselines, typed }), status);
  }

  server.get('/allowlist/:package', async (request, reply) => showPackage(request, reply, NOTHING_TYPED, 200));

  server.post('/allowlist/:package/end', async (request, reply) => {
    signedIn(service, request, 'reviewer');
    const values = fieldsOf(request);
    const reason = ReviewRequest.shape.reason.safeParse(values['reason']);
    if (!reason.success) {
      const problems = { reason: 'Give a reason, of at most 4000 characters.' };
      return showPackage(request, reply, { values, problems }, 422);
    }
    const packageName = named(request, 'package');
    await endAllowanceOf(service, request.actor, packageName, reason.data);
    return onTo(reply, `/allowlist/${encodeURIComponent(packageName)}`, 'ended');
  });
}
