import { matchesPacket, ruleText, type Family, type Packet, type RuleSpec } from './rule.ts';

export interface Rule {
  readonly spec: RuleSpec;
  packets: number;
  bytes: number;
}

export interface Chain {
  readonly name: string;
  /** null for a chain that a person made. */
  policy: 'ACCEPT' | 'DROP' | null;
  packets: number;
  bytes: number;
  rules: Rule[];
}

export type Table = Map<string, Chain>;
export type TableName = 'filter' | 'nat' | 'mangle' | 'raw';

/** What the kernel says no to, as an errno; `iptables` words it. */
export class RuleRefused extends Error {
  override readonly name = 'RuleRefused';
  readonly errno: 'ENOENT' | 'EEXIST' | 'EINVAL' | 'EMLINK' | 'ENOTEMPTY' | 'E2BIG' | 'ELOOP';

  constructor(errno: RuleRefused['errno']) {
    super(errno);
    this.errno = errno;
  }
}

const MOST_RULES = 10_000;

/** Chains that netd makes at boot: they are empty here, but they stand in every listing. */
const BUILT_IN: Readonly<
  Record<TableName, readonly [builtIn: readonly string[], netd: readonly (readonly [string, string])[]]>
> = {
  filter: [
    ['INPUT', 'FORWARD', 'OUTPUT'],
    [
      ['OUTPUT', 'oem_out'],
      ['OUTPUT', 'fw_OUTPUT'],
      ['OUTPUT', 'st_OUTPUT'],
      ['OUTPUT', 'bw_OUTPUT'],
    ],
  ],
  nat: [['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], [['PREROUTING', 'oem_nat_pre']]],
  mangle: [['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], []],
  raw: [['PREROUTING', 'OUTPUT'], [['PREROUTING', 'bw_raw_PREROUTING']]],
};

/** The rule tables of one family. IPv6 has no nat table in this kernel, as on many emulator images. */
export class RuleTables {
  readonly family: Family;
  readonly #tables = new Map<TableName, Table>();

  constructor(family: Family) {
    this.family = family;
    this.reset();
  }

  /** As after boot. */
  reset(): void {
    this.#tables.clear();
    for (const name of ['filter', 'nat', 'mangle', 'raw'] as const) {
      if (name === 'nat' && this.family === 6) continue;
      const table: Table = new Map();
      const [builtIn, netd] = BUILT_IN[name];
      for (const chain of builtIn) table.set(chain, emptyChain(chain, 'ACCEPT'));
      for (const [parent, chain] of netd) {
        table.set(chain, emptyChain(chain, null));
        table.get(parent)?.rules.push({ spec: jumpTo(chain), packets: 0, bytes: 0 });
      }
      this.#tables.set(name, table);
    }
  }

  table(name: string): Table | undefined {
    return this.#tables.get(name as TableName);
  }

  insert(table: Table, chainName: string, spec: RuleSpec, place: number | null): void {
    const chain = need(table, chainName);
    if (spec.target?.kind === 'chain') {
      const target = table.get(spec.target.name);
      if (target === undefined || target.policy !== null) throw new RuleRefused('EINVAL');
      if (spec.target.name === chainName || reaches(table, spec.target.name, chainName)) throw new RuleRefused('ELOOP');
    }
    if (place !== null && place > chain.rules.length + 1) throw new RuleRefused('E2BIG');
    if (chain.rules.length >= MOST_RULES) throw new RuleRefused('EINVAL');
    chain.rules.splice(place === null ? chain.rules.length : place - 1, 0, { spec, packets: 0, bytes: 0 });
  }

  /** Index of an equal rule; throws where there is none. */
  find(table: Table, chainName: string, spec: RuleSpec): number {
    const text = ruleText(spec);
    const index = need(table, chainName).rules.findIndex((rule) => ruleText(rule.spec) === text);
    if (index < 0) throw new RuleRefused('ENOENT');
    return index;
  }

  remove(table: Table, chainName: string, index: number): void {
    const chain = need(table, chainName);
    if (index >= chain.rules.length) throw new RuleRefused('E2BIG');
    chain.rules.splice(index, 1);
  }

  addChain(table: Table, name: string): void {
    if (table.has(name)) throw new RuleRefused('EEXIST');
    table.set(name, emptyChain(name, null));
  }

  removeChain(table: Table, name: string): void {
    const chain = need(table, name);
    if (chain.policy !== null) throw new RuleRefused('EINVAL');
    if (chain.rules.length > 0) throw new RuleRefused('ENOTEMPTY');
    if (references(table, name) > 0) throw new RuleRefused('EMLINK');
    table.delete(name);
  }

  /**
   * Sends a packet through a chain and counts it. Returns what decided: a rule's target or the chain's policy; null
   * where the table has no such chain.
   */
  walk(tableName: TableName, chainName: string, packet: Packet): RuleSpec['target'] {
    const table = this.#tables.get(tableName);
    const chain = table?.get(chainName);
    if (table === undefined || chain === undefined) return null;
    const decided = walkChain(table, chain, packet, 0);
    if (decided !== null) return decided;
    chain.packets += 1;
    chain.bytes += packet.bytes;
    return { kind: chain.policy ?? 'ACCEPT' };
  }
}

function walkChain(table: Table, chain: Chain, packet: Packet, depth: number): RuleSpec['target'] {
  for (const rule of chain.rules) {
    if (!matchesPacket(rule.spec, packet)) continue;
    rule.packets += 1;
    rule.bytes += packet.bytes;
    const { target } = rule.spec;
    if (target === null || target.kind === 'LOG') continue;
    if (target.kind === 'RETURN') return null;
    if (target.kind !== 'chain') return target;
    const next = table.get(target.name);
    const decided = next === undefined || depth > 32 ? null : walkChain(table, next, packet, depth + 1);
    if (decided !== null) return decided;
  }
  return null;
}

export const need = (table: Table, name: string): Chain => {
  const chain = table.get(name);
  if (chain === undefined) throw new RuleRefused('ENOENT');
  return chain;
};

export function references(table: Table, name: string): number {
  let count = 0;
  for (const chain of table.values()) {
    for (const { spec } of chain.rules) if (spec.target?.kind === 'chain' && spec.target.name === name) count++;
  }
  return count;
}

function reaches(table: Table, from: string, to: string): boolean {
  const seen = new Set<string>();
  const visit = (name: string): boolean => {
    if (name === to) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    const rules = table.get(name)?.rules ?? [];
    return rules.some(({ spec }) => spec.target?.kind === 'chain' && visit(spec.target.name));
  };
  return visit(from);
}

const emptyChain = (name: string, policy: Chain['policy']): Chain => ({
  name,
  policy,
  packets: 0,
  bytes: 0,
  rules: [],
});

const jumpTo = (name: string): RuleSpec => ({
  protocol: null,
  protocolNot: false,
  destination: null,
  destinationNot: false,
  source: null,
  sourceNot: false,
  outInterface: null,
  inInterface: null,
  matches: [],
  target: { kind: 'chain', name },
});
