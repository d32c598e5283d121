import { shortUid } from '../android/base-processes.ts';
import { blockText, quoted, ruleText, type Family, type Match, type RuleSpec, type Target } from './rule.ts';
import { references, type Chain, type Table } from './tables.ts';

export interface ListingOptions {
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

/** `iptables -S`. */
export function rulesText(chains: readonly Chain[], verbose: boolean): string {
  const heads = chains.map((chain) => {
    if (chain.policy === null) return `-N ${chain.name}`;
    return `-P ${chain.name} ${chain.policy}${verbose ? ` -c ${chain.packets} ${chain.bytes}` : ''}`;
  });
  const rules = chains.flatMap((chain) =>
    chain.rules.map((rule) => {
      const text = ruleText(rule.spec);
      if (!verbose) return `-A ${chain.name} ${text}`.trimEnd();
      // Counters stand before the target.
      const at = text.lastIndexOf('-j ');
      const counters = `-c ${rule.packets} ${rule.bytes} `;
      return `-A ${chain.name} ${at < 0 ? `${text} ${counters}` : text.slice(0, at) + counters + text.slice(at)}`.trimEnd();
    }),
  );
  return [...heads, ...rules].map((line) => `${line}\n`).join('');
}

/** `iptables -L`. */
export function listingText(table: Table, chains: readonly Chain[], family: Family, options: ListingOptions): string {
  return chains.map((chain) => chainText(table, chain, family, options)).join('\n');
}

function chainText(table: Table, chain: Chain, family: Family, options: ListingOptions): string {
  const { verbose, exact, lineNumbers } = options;
  const number = lineNumbers ? 'num  ' : '';
  const counters = verbose ? ` ${count(chain.packets, exact)} packets, ${count(chain.bytes, exact)} bytes` : '';
  const head =
    chain.policy === null
      ? `Chain ${chain.name} (${references(table, chain.name)} references)`
      : `Chain ${chain.name} (policy ${chain.policy}${counters})`;
  const columns = verbose
    ? `${number} pkts bytes target     prot opt in     out     source               destination         `
    : `${number}target     prot opt source               destination         `;
  const rows = chain.rules.map((rule, index) => {
    const line = lineNumbers ? `${index + 1}`.padEnd(5) : '';
    const numbers = verbose ? `${count(rule.packets, exact).padStart(5)} ${count(rule.bytes, exact).padStart(5)} ` : '';
    return line + numbers + ruleRow(rule.spec, family, options);
  });
  return [head, columns, ...rows].map((line) => `${line}\n`).join('');
}

/** Above 99,999 counters are shown in thousands, unless -x is given. */
function count(value: number, exact: boolean): string {
  if (exact || value <= 99_999) return `${value}`;
  if (value < 9_999_500) return `${Math.round(value / 1000)}K`;
  if (value < 9_999_500_000) return `${Math.round(value / 1_000_000)}M`;
  return `${Math.round(value / 1_000_000_000)}G`;
}

function ruleRow(spec: RuleSpec, family: Family, { numeric, verbose }: ListingOptions): string {
  const any = family === 6 ? '::/0' : numeric ? '0.0.0.0/0' : 'anywhere';
  const address = (block: RuleSpec['source'], not: boolean): string =>
    block === null ? any : (not ? '!' : '') + blockText(block).replace(/\/(32|128)$/, '');
  const target = spec.target === null ? '' : spec.target.kind === 'chain' ? spec.target.name : spec.target.kind;
  const protocol = `${spec.protocolNot ? '!' : ''}${spec.protocol ?? 'all'}`;
  const options = family === 6 ? '  ' : '--';
  const interfaces = verbose ? `${(spec.inInterface ?? '*').padEnd(6)} ${(spec.outInterface ?? '*').padEnd(7)} ` : '';
  const source = address(spec.source, spec.sourceNot).padEnd(20);
  const destination = address(spec.destination, spec.destinationNot).padEnd(20);
  const extras = [...spec.matches.map((match) => matchRow(match, numeric)), targetRow(spec.target)].filter(
    (each) => each !== '',
  );
  const rest = extras.length === 0 ? '' : ` ${extras.join(' ')}`;
  return `${target.padEnd(10)} ${protocol.padEnd(4)} ${options}  ${interfaces}${source} ${destination}${rest}`;
}

const SERVICES: Readonly<Record<number, string>> = { 22: 'ssh', 53: 'domain', 80: 'http', 123: 'ntp', 443: 'https' };

function matchRow(match: Match, numeric: boolean): string {
  switch (match.kind) {
    case 'owner': {
      const who =
        match.from !== match.to ? `${match.from}-${match.to}` : numeric ? `${match.from}` : ownerName(match.from);
      return `${match.not ? '! ' : ''}owner UID match ${who}`;
    }
    case 'port': {
      const side = match.side === 'dport' ? 'dpt' : 'spt';
      const not = match.not ? '!' : '';
      if (match.from !== match.to) return `${match.transport} ${side}s:${not}${match.from}:${match.to}`;
      const name = numeric ? undefined : SERVICES[match.from];
      return `${match.transport} ${side}:${not}${name ?? match.from}`;
    }
    case 'comment':
      return `/* ${match.text} */`;
    case 'state':
      return `${match.option} ${match.states.join(',')}`;
  }
}

const ownerName = (uid: number): string =>
  uid === 0 ? 'root' : uid === 2000 ? 'shell' : shortUid(uid).replace('u0a', 'u0_a');

function targetRow(target: Target | null): string {
  if (target === null) return '';
  if (target.kind === 'DNAT') return `to:${target.address}${target.port === null ? '' : `:${target.port}`}`;
  if (target.kind === 'REDIRECT') return `redir ports ${target.port}`;
  if (target.kind === 'REJECT') return `reject-with ${target.how}`;
  if (target.kind === 'LOG')
    return `LOG level warning${target.prefix === '' ? '' : ` prefix ${quoted(target.prefix)}`}`;
  return '';
}
