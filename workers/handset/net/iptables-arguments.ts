import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { Family, RuleSpec } from './rule.ts';
import { RuleDraft, UsageError } from './rule-arguments.ts';

export type Verb = 'A' | 'I' | 'D' | 'C' | 'L' | 'S' | 'F' | 'N' | 'X' | 'P' | 'Z' | 'E';

export interface IptablesCommand {
  readonly table: string;
  readonly verb: Verb;
  readonly chain: string | null;
  readonly number: number | null;
  /** Policy, or the new name of a chain. */
  readonly argument: string | null;
  readonly spec: RuleSpec;
  /** Whether any rule specification was given (`-D CHAIN 3` has none). */
  readonly hasSpec: boolean;
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

const LONG: Readonly<Record<string, string>> = {
  '--append': '-A',
  '--insert': '-I',
  '--delete': '-D',
  '--check': '-C',
  '--list': '-L',
  '--list-rules': '-S',
  '--flush': '-F',
  '--new-chain': '-N',
  '--new': '-N',
  '--delete-chain': '-X',
  '--policy': '-P',
  '--zero': '-Z',
  '--rename-chain': '-E',
  '--table': '-t',
  '--protocol': '-p',
  '--proto': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--jump': '-j',
  '--match': '-m',
  '--numeric': '-n',
  '--verbose': '-v',
  '--exact': '-x',
  '--wait': '-w',
};

/** Parses one `iptables` or `ip6tables` command line (after the program's name). Throws UsageError. */
export function parseIptables(args: readonly string[], family: Family): IptablesCommand {
  const draft = {
    table: 'filter',
    verb: null as Verb | null,
    chain: null as string | null,
    number: null as number | null,
    argument: null as string | null,
    numeric: false,
    verbose: false,
    exact: false,
    lineNumbers: false,
    hasSpec: false,
  };
  const spec = new RuleDraft(family);
  const words = args.flatMap(splitShort);
  let not = false;
  let index = 0;
  const value = (option: string): string => {
    let word = words[index++];
    if (word === '!') {
      not = true;
      word = words[index++];
    }
    if (word === undefined) throw new UsageError(`option "${option}" requires an argument`);
    return word;
  };
  const optional = (): string | null => {
    const word = words[index];
    if (word === undefined || word.startsWith('-') || word === '!') return null;
    index++;
    return word;
  };
  const command = (verb: Verb): void => {
    if (draft.verb !== null) throw new UsageError(`Cannot use -${verb} with -${draft.verb}`);
    draft.verb = verb;
  };
  while (index < words.length) {
    const written = words[index++] ?? '';
    const option = lookUp(LONG, written) ?? written;
    switch (option) {
      case '!':
        not = true;
        continue;
      case '-A':
      case '-C':
      case '-N':
        command(option[1] as Verb);
        draft.chain = value(written);
        break;
      case '-I':
      case '-D': {
        command(option[1] as Verb);
        draft.chain = value(written);
        const place = words[index];
        if (place !== undefined && /^\d{1,9}$/.test(place)) {
          draft.number = Number(place);
          index++;
        }
        break;
      }
      case '-L':
      case '-S':
      case '-F':
      case '-X':
      case '-Z':
        command(option[1] as Verb);
        draft.chain = optional();
        break;
      case '-P':
      case '-E':
        command(option[1] as Verb);
        draft.chain = value(written);
        draft.argument = value(written);
        break;
      case '-t':
        draft.table = value(written);
        break;
      case '-n':
        draft.numeric = true;
        break;
      case '-v':
        draft.verbose = true;
        break;
      case '-x':
        draft.exact = true;
        break;
      case '--line-numbers':
        draft.lineNumbers = true;
        break;
      case '-w':
      case '-W': {
        const seconds = words[index];
        if (seconds !== undefined && /^\d+$/.test(seconds)) index++;
        break;
      }
      case '-4':
      case '-6':
        break;
      default:
        spec.take(
          option,
          written,
          () => value(written),
          () => not,
        );
        draft.hasSpec = true;
    }
    not = false;
  }
  const { verb, ...rest } = draft;
  if (verb === null) throw new UsageError('no command specified');
  return { ...rest, verb, spec: spec.finish() };
}

/** `-nvL` is `-n -v -L`. */
function splitShort(word: string): string[] {
  return /^-[nvxLSFXZ]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word];
}
