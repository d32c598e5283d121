import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { addPerson, alterPerson, createToken, revoke } from '../../acts/people.ts';
import { Person, Role, Token } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { listPeople } from '../../store/people.ts';
import { listTokens } from '../../store/tokens.ts';
import { PROBLEMS } from '../problems.ts';
import { Identified, text } from '../queries.ts';

const all = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item), next: z.null() });

/** Who one is, tokens, and for admins the people. */
export function peopleRoutes(server: FastifyInstance, service: Service): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const anybody = server.requireRole('submitter');
  const admin = server.requireRole('admin');
  const tags = ['people'];

  routes.get(
    '/me',
    {
      preHandler: anybody,
      schema: {
        operationId: 'whoAmI',
        summary: 'Who you are here, and what you may do',
        tags,
        response: { 200: z.strictObject({ person: z.string(), name: z.string(), role: Role }), ...PROBLEMS },
      },
    },
    async ({ actor }) => ({ person: actor!.person, name: actor!.name, role: actor!.role }),
  );

  routes.get(
    '/tokens',
    {
      preHandler: anybody,
      schema: { operationId: 'listTokens', summary: 'Your tokens', tags, response: { 200: all(Token), ...PROBLEMS } },
    },
    async ({ actor }) => ({ items: await listTokens(service.ledger, { person: actor!.person }), next: null }),
  );

  routes.post(
    '/tokens',
    {
      preHandler: anybody,
      schema: {
        operationId: 'createToken',
        summary: 'Make a token, of your own or as an admin for somebody; its secret is shown this once',
        tags,
        body: z.strictObject({
          person: text(200).optional(),
          name: text(200),
          role: Role,
          expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
        }),
        response: { 201: z.strictObject({ token: Token, secret: z.string() }), ...PROBLEMS },
      },
    },
    async ({ actor, body: { person, expiresAt, ...rest } }, reply) => {
      const wanted = { ...rest, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
      return reply
        .code(201)
        .send(await createToken(service, actor, person === undefined ? wanted : { ...wanted, person }));
    },
  );

  routes.delete(
    '/tokens/:id',
    {
      preHandler: anybody,
      schema: {
        operationId: 'revokeToken',
        summary: 'End a token at once',
        tags,
        params: Identified,
        response: { 204: z.undefined().describe('It has ended'), ...PROBLEMS },
      },
    },
    async ({ actor, params }, reply) => {
      await revoke(service, actor, params.id);
      return reply.code(204).send();
    },
  );

  routes.get(
    '/people',
    {
      preHandler: admin,
      schema: { operationId: 'listPeople', summary: 'Everybody', tags, response: { 200: all(Person), ...PROBLEMS } },
    },
    async () => ({ items: await listPeople(service.ledger), next: null }),
  );

  routes.post(
    '/people',
    {
      preHandler: admin,
      schema: {
        operationId: 'addPerson',
        summary: 'Add somebody',
        tags,
        body: z.strictObject({ name: text(200), role: Role }),
        response: { 201: Person, ...PROBLEMS },
      },
    },
    async ({ actor, body }, reply) => reply.code(201).send(await addPerson(service, actor, body)),
  );

  routes.patch(
    '/people/:id',
    {
      preHandler: admin,
      schema: {
        operationId: 'changePerson',
        summary: 'Change a role, shut somebody out or let them in again',
        tags,
        params: Identified,
        body: z.strictObject({ role: Role.optional(), disabled: z.boolean().optional() }),
        response: { 200: Person, ...PROBLEMS },
      },
    },
    async ({ actor, params, body }) => {
      const { role, disabled } = body;
      const change = { ...(role === undefined ? {} : { role }), ...(disabled === undefined ? {} : { disabled }) };
      return await alterPerson(service, actor, params.id, change);
    },
  );
}
