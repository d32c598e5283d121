import type { Program, ProgramIo } from '../system.ts';
import { parseIptables, type IptablesCommand } from './iptables-arguments.ts';
import { listingText, rulesText } from './iptables-text.ts';
import { UsageError } from './rule-arguments.ts';
import { need, references, RuleRefused, type RuleTables, type Table } from './tables.ts';

const VERSION = 'v1.8.7 (legacy)';
const MESSAGES: Readonly<Record<RuleRefused['errno'], string>> = {
  ENOENT: 'No chain/target/match by that name.',
  EEXIST: 'Chain already exists.',
  EINVAL: "Invalid argument. Run `dmesg' for more information.",
  EMLINK: 'Too many links.',
  ENOTEMPTY: 'Directory not empty.',
  E2BIG: 'Index of insertion too big.',
  ELOOP: 'Too many levels of symbolic links.',
};

/** The `iptables` or `ip6tables` program over one family's tables, with the legacy back end's messages and statuses. */
export function iptables(tables: RuleTables): Program {
  const name = tables.family === 4 ? 'iptables' : 'ip6tables';
  return (io) => {
    const args = io.argv.slice(1);
    if (args[0] === '--version' || args[0] === '-V') {
      io.out(`${name} ${VERSION}\n`);
      return 0;
    }
    try {
      const command = parseIptables(args, tables.family);
      const refusal = refuseTable(tables, command.table, io.uid);
      if (refusal !== null) {
        io.err(`${name} ${VERSION}: can't initialize ${name} table \`${command.table}': ${refusal}\n`);
        io.err(`Perhaps ${name} or your kernel needs to be upgraded.\n`);
        return 3;
      }
      return obey(tables, command, io);
    } catch (error) {
      if (error instanceof UsageError) {
        io.err(`${name} ${VERSION}: ${error.message}\n`);
        io.err(`Try \`${name} -h' or '${name} --help' for more information.\n`);
        return 2;
      }
      if (error instanceof RuleRefused) {
        io.err(`${name}: ${messageOf(error, args)}\n`);
        return 1;
      }
      throw error;
    }
  };
}

function refuseTable(tables: RuleTables, table: string, uid: number): string | null {
  if (uid !== 0) return 'Permission denied (you must be root)';
  return tables.table(table) === undefined ? 'Table does not exist (do you need to insmod?)' : null;
}

function messageOf(error: RuleRefused, args: readonly string[]): string {
  const isAbout = (...options: string[]): boolean => args.some((arg) => options.includes(arg));
  const byRule = isAbout('-D', '--delete', '-C', '--check');
  if (byRule && error.errno === 'ENOENT') return 'Bad rule (does a matching rule exist in that chain?).';
  if (byRule && error.errno === 'E2BIG') return 'Index of deletion too big.';
  return MESSAGES[error.errno];
}

function obey(tables: RuleTables, command: IptablesCommand, io: ProgramIo): number {
  const table = tables.table(command.table) as Table;
  const chain = command.chain ?? '';
  const chosen = command.chain === null ? [...table.values()] : [];
  switch (command.verb) {
    case 'A':
    case 'I':
      checkTarget(table, command);
      tables.insert(table, chain, command.spec, command.verb === 'A' ? null : (command.number ?? 1));
      return 0;
    case 'D':
      tables.remove(
        table,
        chain,
        command.number === null ? tables.find(table, chain, command.spec) : command.number - 1,
      );
      return 0;
    case 'C':
      checkTarget(table, command);
      tables.find(table, chain, command.spec);
      return 0;
    case 'N':
      if (chain.length > 28) throw new UsageError(`chain name \`${chain}' too long (must be under 29 chars)`);
      if (/^[-!]/.test(chain)) throw new UsageError(`chain name not allowed to start with \`${chain[0]}'`);
      tables.addChain(table, chain);
      return 0;
    case 'X':
      if (command.chain !== null) tables.removeChain(table, chain);
      for (const each of chosen) {
        if (each.policy === null && each.rules.length === 0 && references(table, each.name) === 0)
          table.delete(each.name);
      }
      return 0;
    case 'F':
      for (const each of command.chain === null ? chosen : [need(table, chain)]) each.rules = [];
      return 0;
    case 'Z':
      for (const each of command.chain === null ? chosen : [need(table, chain)]) {
        each.packets = each.bytes = 0;
        for (const rule of each.rules) rule.packets = rule.bytes = 0;
      }
      return 0;
    case 'P': {
      const target = need(table, chain);
      if (target.policy === null) throw new RuleRefused('EINVAL');
      if (command.argument !== 'ACCEPT' && command.argument !== 'DROP')
        throw new UsageError("Bad policy name. Run `dmesg' for more information.");
      target.policy = command.argument;
      return 0;
    }
    case 'E':
      return rename(table, chain, command.argument ?? '');
    case 'S':
      io.out(rulesText(command.chain === null ? chosen : [need(table, chain)], command.verbose));
      return 0;
    case 'L':
      io.out(listingText(table, command.chain === null ? chosen : [need(table, chain)], tables.family, command));
      return 0;
  }
}

/** Targets have their table: DNAT and REDIRECT stand in nat, REJECT in filter; an unknown name is no extension. */
function checkTarget(table: Table, command: IptablesCommand): void {
  const { target } = command.spec;
  if (target === null) return;
  if (target.kind === 'chain' && !table.has(target.name)) {
    throw new UsageError(`Couldn't load target \`${target.name}':No such file or directory\n`);
  }
  const inNat = target.kind === 'DNAT' || target.kind === 'REDIRECT';
  if ((inNat && command.table !== 'nat') || (target.kind === 'REJECT' && command.table !== 'filter')) {
    throw new RuleRefused('EINVAL');
  }
}

function rename(table: Table, from: string, to: string): number {
  const chain = need(table, from);
  if (table.has(to)) throw new RuleRefused('EEXIST');
  if (chain.policy !== null || references(table, from) > 0) throw new RuleRefused('EINVAL');
  table.delete(from);
  table.set(to, { ...chain, name: to });
  return 0;
}

/** `iptables-save`: every table, or the one after -t. */
export function iptablesSave(tables: RuleTables): Program {
  return (io) => {
    if (io.uid !== 0) {
      io.err(`iptables-save ${VERSION}: Cannot initialize: Permission denied (you must be root)\n`);
      return 1;
    }
    const at = io.argv.indexOf('-t');
    const names = at < 0 ? ['raw', 'mangle', 'nat', 'filter'] : [io.argv[at + 1] ?? ''];
    for (const name of names) {
      const table = tables.table(name);
      if (table === undefined) continue;
      io.out(`*${name}\n`);
      for (const chain of table.values()) {
        io.out(`:${chain.name} ${chain.policy ?? '-'} [${chain.packets}:${chain.bytes}]\n`);
      }
      io.out(rulesText([...table.values()], false).replace(/^-[PN] .*\n/gm, ''));
      io.out('COMMIT\n');
    }
    return 0;
  };
}
