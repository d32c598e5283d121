import { Fault } from '../../orchestrator/contract/fault.ts';
import { mustRun, type Shell, type ShellOptions } from './shell.ts';

/** Our own chains: nothing else on the device has these names, so finding them means a session was not torn down. */
export const NAT_CHAIN = 'SLEEPTALK_NAT';
export const FILTER_CHAIN = 'SLEEPTALK_FILTER';
/** Stands in nat and in both filter tables. */
export const DNS_CHAIN = 'SLEEPTALK_DNS';

export interface Chain {
  readonly program: 'iptables' | 'ip6tables';
  readonly table: 'nat' | 'filter';
  readonly chain: string;
}

export interface Rule extends Chain {
  /** `-A CHAIN`, or `-I CHAIN 1` where it must come before netd's own. */
  readonly add: string;
  readonly match: string;
}

/** Many kernels have no v6 NAT: IPv6 is refused in the filter table instead. */
export const UID_CHAINS: readonly Chain[] = [
  { program: 'iptables', table: 'nat', chain: NAT_CHAIN },
  { program: 'iptables', table: 'filter', chain: FILTER_CHAIN },
  { program: 'ip6tables', table: 'filter', chain: FILTER_CHAIN },
];
export const NAME_CHAINS: readonly Chain[] = [
  { program: 'iptables', table: 'nat', chain: DNS_CHAIN },
  { program: 'iptables', table: 'filter', chain: DNS_CHAIN },
  { program: 'ip6tables', table: 'filter', chain: DNS_CHAIN },
];
const ALL_CHAINS: readonly Chain[] = [...UID_CHAINS, ...NAME_CHAINS];

/** Makes the chains, adds the rules in their order, and checks each. Error: `routing-failed` naming the rule. */
export async function raiseRules(
  root: Shell,
  chains: readonly Chain[],
  rules: readonly Rule[],
  options: ShellOptions,
): Promise<void> {
  const run = (command: string): Promise<string> => mustRun(root, command, 'routing-failed', command, options);
  for (const { program, table, chain } of chains) await run(`${program} -w -t ${table} -N ${chain}`);
  for (const rule of rules) await run(`${rule.program} -w -t ${rule.table} ${rule.add} ${rule.match}`);
  await verifyRules(root, rules, options);
}

/** Throws `routing-failed` where a rule has vanished (netd may rebuild its tables). */
export async function verifyRules(root: Shell, rules: readonly Rule[], options: ShellOptions): Promise<void> {
  for (const rule of rules) {
    const command = `${rule.program} -w -t ${rule.table} -C ${rule.chain} ${rule.match}`;
    await mustRun(root, command, 'routing-failed', `the rule does not stand: ${command}`, options);
  }
}

/** Chains of ours that exist: empty on a clean device. */
export async function findRoutes(root: Shell, chains: readonly Chain[] = ALL_CHAINS): Promise<string[]> {
  const found: string[] = [];
  for (const { program, table, chain } of chains) {
    if ((await root(`${program} -w -t ${table} -L ${chain} -n`)).exitCode === 0)
      found.push(`${program} ${table} ${chain}`);
  }
  return found;
}

/** Takes away chains of ours, all of them unless told, and every jump to them. Error: `device-dirty` where one stays. */
export async function removeRoutes(root: Shell, chains: readonly Chain[] = ALL_CHAINS): Promise<void> {
  for (const { program, table, chain } of chains) {
    const rules = (await root(`${program} -w -t ${table} -S OUTPUT`)).stdout.split('\n');
    for (const rule of rules.filter((line) => line.startsWith('-A OUTPUT ') && line.endsWith(` -j ${chain}`))) {
      if (/^[-A-Za-z0-9_.:/ ]+$/.test(rule)) await root(`${program} -w -t ${table} ${rule.replace('-A', '-D')}`);
    }
    await root(`${program} -w -t ${table} -F ${chain}`);
    await root(`${program} -w -t ${table} -X ${chain}`);
  }
  const left = await findRoutes(root, chains);
  if (left.length > 0) throw new Fault('device-dirty', `chains of an earlier session stay: ${left.join(', ')}`);
}
