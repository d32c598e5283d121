import type { Service } from '../orchestrator/service.ts';
import { createPerson, findPersonByName } from '../orchestrator/store/people.ts';
import { makeSignInCode } from '../orchestrator/store/web-sessions.ts';
import type { Home } from './home.ts';

const MINUTES = 15;
const NAME = 'admin';

/**
 * A link by which the person at this machine signs in as admin, once. Only of a service that keeps everything in a home
 * of theirs and listens on this machine alone; any other has its people added by `sleeptalk person` and `token`.
 */
export async function signInLink(
  { ledger, now }: Pick<Service, 'ledger' | 'now'>,
  home: Pick<Home, 'databaseUrl'>,
  address: string,
): Promise<string | null> {
  const { hostname } = new URL(address);
  if (home.databaseUrl !== null || !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return null;
  const known = await findPersonByName(ledger, NAME);
  const person = known ?? (await createPerson(ledger, { name: NAME, role: 'admin' }));
  if (person.role !== 'admin' || person.disabledAt !== null) return null;
  const code = await makeSignInCode(ledger, { person: person.id, minutes: MINUTES, now: now() });
  const link = new URL('/sign-in', address);
  link.searchParams.set('code', code);
  return link.href;
}
