import { Option, type Command } from 'commander';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { Role, type Token } from '../../orchestrator/contract/person.ts';
import { createPerson } from '../../orchestrator/store/people.ts';
import { listTokens, makeToken, revokeToken } from '../../orchestrator/store/tokens.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { atLedger } from '../ledger-desk.ts';
import { line } from '../terminal.ts';
import { findPerson } from './person.ts';

interface CreateFlags {
  readonly person: string;
  readonly role: Role;
  readonly name?: string;
  readonly days?: number;
  readonly home?: string;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/** `sleeptalk token create|list|revoke`: bearer tokens, in the ledger of the environment or the home. */
export function addTokenCommand(root: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  const token = root.command('token').description('Bearer tokens of the service.');
  token
    .command('create')
    .description('Make a token and print it, this once: only its hash is stored.')
    .requiredOption('--person <name>', 'whose it is, by name or id; added with that role where nobody has the name')
    .addOption(new Option('--role <role>', 'what it may do at most').choices([...Role.options]).default('submitter'))
    .option('--name <text>', 'what it is for')
    .option('--days <n>', 'how long it counts (default: until it is revoked)', numberBetween(1, 3650, true))
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON')
    .action(async (flags: CreateFlags) => {
      await atLedger(invocation, flags, async ({ ledger, note }) => {
        const person = await findPerson(ledger, flags.person).catch(async (error: unknown) => {
          if (!(error instanceof Fault) || error.code !== 'person-unknown' || /^usr-/.test(flags.person)) throw error;
          const added = await createPerson(ledger, { name: flags.person, role: flags.role });
          await note('added-person', added.id, { name: added.name, role: added.role });
          line(terminal.err, `note: ${printable(added.name)} was added as ${added.role}`);
          return added;
        });
        const expiresAt = flags.days === undefined ? null : new Date(Date.now() + flags.days * DAY_MS);
        const name = flags.name ?? 'command line';
        const made = await makeToken(ledger, { person: person.id, name, role: flags.role, expiresAt });
        const expires = expiresAt?.toISOString() ?? null;
        await note('made-token', made.token.id, { for: person.id, role: flags.role, expires });
        line(terminal.err, `note: ${made.token.id} of ${printable(person.name)}; it is not shown again`);
        line(terminal.out, flags.json === true ? JSON.stringify({ ...made.token, secret: made.secret }) : made.secret);
      });
    });
  token
    .command('list')
    .description('List tokens, never the secrets.')
    .option('--person <name>', 'of one person only')
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON a token')
    .action(async (flags: Partial<CreateFlags>) => {
      await atLedger(invocation, flags, async ({ ledger }) => {
        const of = flags.person === undefined ? {} : { person: (await findPerson(ledger, flags.person)).id };
        for (const one of await listTokens(ledger, of)) {
          line(terminal.out, flags.json === true ? JSON.stringify(one) : wordsOf(one));
        }
      });
    });
  token
    .command('revoke')
    .description('End a token at once.')
    .argument('<id>', 'tok-…')
    .option('--home <dir>', 'where the embedded ledger is kept')
    .action(async (id: string, flags: Pick<CreateFlags, 'home'>) => {
      await atLedger(invocation, flags, async ({ ledger, note }) => {
        const revoked = await revokeToken(ledger, id, new Date());
        await note('revoked-token', revoked.id, { for: revoked.person });
        line(terminal.out, wordsOf(revoked));
      });
    });
}

function wordsOf({ id, person, role, name, expiresAt, revokedAt, lastUsedAt }: Token): string {
  const until = revokedAt !== null ? `revoked ${revokedAt}` : expiresAt === null ? 'no end' : `until ${expiresAt}`;
  return `${id}  ${person}  ${role.padEnd(9)}  ${until}  last used ${lastUsedAt ?? 'never'}  ${printable(name)}`;
}
