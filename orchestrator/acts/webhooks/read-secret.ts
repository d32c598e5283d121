import type { Actor } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { note } from '../noted.ts';
import { permit } from '../permit.ts';
import { webhookSecret } from './deliver.ts';

/** The key of the signatures, for whoever sets up a receiver. */
export async function readWebhookSecret(service: Service, actor: Actor | null): Promise<string> {
  permit(actor, 'admin');
  await note(service, actor, { act: 'read-webhook-secret', subject: null });
  return await webhookSecret(service);
}
