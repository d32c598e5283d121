import { Option, type Command } from 'commander';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { Role, type Person } from '../../orchestrator/contract/person.ts';
import type { Ledger } from '../../orchestrator/store/ledger.ts';
import { createPerson, findPersonByName, getPerson, listPeople } from '../../orchestrator/store/people.ts';
import type { Invocation } from '../invocation.ts';
import { atLedger } from '../ledger-desk.ts';
import { line } from '../terminal.ts';

interface PersonFlags {
  readonly name: string;
  readonly role: Role;
  readonly home?: string;
  readonly json?: boolean;
}

/** `sleeptalk person add|list`: who may use the service, in the ledger of the environment or the home. */
export function addPersonCommand(root: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  const person = root.command('person').description('People who may use the service.');
  person
    .command('add')
    .description('Add a person. They sign in with a token (`sleeptalk token create`), or by OpenID Connect.')
    .requiredOption('--name <name>', 'as others will read it')
    .addOption(new Option('--role <role>', 'what they may do').choices([...Role.options]).default('submitter'))
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON')
    .action(async (flags: PersonFlags) => {
      await atLedger(invocation, flags, async ({ ledger, note }) => {
        if ((await findPersonByName(ledger, flags.name)) !== null) {
          throw new Fault('usage', `there is a person named ${printable(flags.name)} already`);
        }
        const added = await createPerson(ledger, { name: flags.name, role: flags.role });
        await note('added-person', added.id, { name: added.name, role: added.role });
        line(terminal.out, flags.json === true ? JSON.stringify(added) : added.id);
      });
    });
  person
    .command('list')
    .description('List everybody.')
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON a person')
    .action(async (flags: Pick<PersonFlags, 'home' | 'json'>) => {
      await atLedger(invocation, flags, async ({ ledger }) => {
        for (const one of await listPeople(ledger)) {
          line(terminal.out, flags.json === true ? JSON.stringify(one) : wordsOf(one));
        }
      });
    });
}

/** A person by id or name. @throws Fault `person-unknown` */
export async function findPerson(ledger: Ledger, named: string): Promise<Person> {
  return /^usr-/.test(named) ? getPerson(ledger, named) : ((await findPersonByName(ledger, named)) ?? unknown(named));
}

function unknown(named: string): never {
  throw new Fault('person-unknown', `nobody is named ${printable(named)}`);
}

function wordsOf({ id, role, name, disabledAt }: Person): string {
  return `${id}  ${role.padEnd(9)}  ${printable(name)}${disabledAt === null ? '' : `  shut out ${disabledAt}`}`;
}
