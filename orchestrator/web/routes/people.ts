import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addPerson, alterPerson, createToken, revoke } from '../../acts/people.ts';
import { Fault } from '../../contract/fault.ts';
import { Role } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { listPeople } from '../../store/people.ts';
import { listTokens } from '../../store/tokens.ts';
import { NOTHING_TYPED } from '../pages/form.ts';
import { peoplePage, type People } from '../pages/people.ts';
import { wrongFields } from './refused.ts';
import { fieldsOf, named, onTo, show, signedIn } from './visiting.ts';

const name = z.string().trim().min(1).max(200);
const NewPerson = z.object({ name, role: Role });
const NewToken = z.object({
  name,
  role: Role,
  person: z.string().min(1).max(200),
  days: z
    .union([z.literal(''), z.coerce.number().int().min(1).max(3650)])
    .optional()
    .transform((days) => (typeof days === 'number' ? days : null)),
});
const Change = z.object({ role: Role.optional(), disabled: z.enum(['true', 'false']).optional() });

const WORDS = {
  name: 'Give a name, of at most 200 characters.',
  role: 'Choose submitter, reviewer or admin.',
  person: 'Choose whose token it is.',
  days: 'Give 1 to 3650 days, or leave it empty.',
} as const;

/** People and their tokens, for administrators. */
export function peoplePages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  async function showPeople(
    request: FastifyRequest,
    reply: FastifyReply,
    { typed = NOTHING_TYPED, made = null }: Partial<Pick<People, 'typed' | 'made'>> = {},
  ) {
    const visit = signedIn(service, request, 'admin');
    const [people, tokens] = await Promise.all([listPeople(ledger), listTokens(ledger)]);
    const wrong = Object.keys(typed.problems).length > 0;
    return show(reply, peoplePage(visit, { people, tokens, made, typed }), wrong ? 422 : 200);
  }

  server.get('/people', async (request, reply) => showPeople(request, reply));

  server.post('/people', async (request, reply) => {
    const values = { ...fieldsOf(request), form: 'person' };
    const wanted = NewPerson.safeParse(values);
    if (!wanted.success) return showPeople(request, reply, { typed: wrongFields(wanted.error.issues, values, WORDS) });
    await addPerson(service, request.actor, wanted.data);
    return onTo(reply, '/people', 'added');
  });

  server.post('/people/:id', async (request, reply) => {
    const wanted = Change.safeParse(fieldsOf(request));
    if (!wanted.success) throw new Fault('request-malformed', WORDS.role);
    const { role, disabled } = wanted.data;
    await alterPerson(service, request.actor, named(request, 'id'), {
      ...(role === undefined ? {} : { role }),
      ...(disabled === undefined ? {} : { disabled: disabled === 'true' }),
    });
    return onTo(reply, '/people', 'changed');
  });

  // The secret is in this answer and nowhere else: a redirect would have to keep it somewhere.
  server.post('/people/tokens', async (request, reply) => {
    const values = { ...fieldsOf(request), form: 'token' };
    const wanted = NewToken.safeParse(values);
    if (!wanted.success) return showPeople(request, reply, { typed: wrongFields(wanted.error.issues, values, WORDS) });
    const { days, ...token } = wanted.data;
    const expiresAt = days === null ? null : new Date(service.now().getTime() + days * 86_400_000);
    signedIn(service, request, 'admin');
    const { secret } = await createToken(service, request.actor, { ...token, expiresAt });
    return showPeople(request, reply, { made: { name: token.name, secret } });
  });

  server.post('/people/tokens/:id/revoke', async (request, reply) => {
    signedIn(service, request, 'admin');
    await revoke(service, request.actor, named(request, 'id'));
    return onTo(reply, '/people', 'revoked');
  });
}
