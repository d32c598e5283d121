import { randomBytes } from 'node:crypto';
import { Fault, printable } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import { recordAttempt, takeDueDeliveries, type Delivery } from '../../store/deliveries.ts';
import { settingOrMade } from '../../store/settings.ts';
import type { Resolve } from './address.ts';
import { post } from './post.ts';
import { signWebhook } from './sign.ts';

/** Waits before each further attempt; together with the first they make 24 hours. */
export const RETRY_SECONDS: readonly number[] = [10, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 29_840];

const AT_ONCE = 8;
const ANSWER_WITHIN_MS = 10_000;

/** Tries every webhook whose time has come, and writes down what came of it. @returns how many it tried */
export async function deliverDue(
  service: Service,
  { signal, resolve }: { readonly signal: AbortSignal; readonly resolve?: Resolve },
): Promise<number> {
  const due = await takeDueDeliveries(service.ledger, service.now(), AT_ONCE);
  if (due.length === 0) return 0;
  const secret = await webhookSecret(service);
  await Promise.all(due.map((delivery) => tryOne(service, delivery, { secret, signal, resolve })));
  return due.length;
}

/** The key of the signatures: of the settings, else made once and kept in the ledger. */
export async function webhookSecret(service: Pick<Service, 'config' | 'ledger'>): Promise<string> {
  const { SLEEPTALK_WEBHOOK_SECRET: given } = service.config;
  return given ?? (await settingOrMade(service.ledger, 'webhook-secret', () => randomBytes(32).toString('base64url')));
}

async function tryOne(
  service: Service,
  delivery: Delivery,
  {
    secret,
    signal,
    resolve,
  }: { readonly secret: string; readonly signal: AbortSignal; readonly resolve: Resolve | undefined },
): Promise<void> {
  const { id, body, url, submission, attempts } = delivery;
  const log = service.log.child({ delivery: id, submission });
  const came = await answerOf(() =>
    post({
      url,
      body,
      headers: {
        'user-agent': `sleeptalk/${service.engineVersion}`,
        'sleeptalk-event': delivery.event,
        'sleeptalk-delivery': id,
        'sleeptalk-signature': signWebhook({ body, secret, now: service.now() }),
      },
      allowed: service.config.SLEEPTALK_WEBHOOK_ALLOW,
      ...(resolve === undefined ? {} : { resolve }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    }),
  );
  // Cut short by the end of this process it was no attempt: the lease ends and another process tries.
  if (signal.aborted) return;
  const delivered = came.status !== null && came.status >= 200 && came.status < 300;
  const waitSeconds = delivered || came.final ? undefined : RETRY_SECONDS[attempts];
  const now = service.now();
  const nextAt = waitSeconds === undefined ? null : new Date(now.getTime() + waitSeconds * 1000);
  await recordAttempt(service.ledger, id, { status: came.status, error: came.error, nextAt, now });
  log.info(
    { status: came.status, error: came.error, nextAt },
    delivered ? 'webhook delivered' : 'webhook not delivered',
  );
}

async function answerOf(
  ask: () => Promise<number>,
): Promise<{ status: number | null; error: string | null; final: boolean }> {
  try {
    const status = await ask();
    return { status, error: status >= 200 && status < 300 ? null : `answered ${status}`, final: false };
  } catch (error) {
    const refused = error instanceof Fault && error.code === 'callback-refused';
    const said = error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
    // An address of the own network stays one: there is nothing to wait for.
    return { status: null, error: printable(said), final: refused };
  }
}
