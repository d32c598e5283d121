import { Fault } from '../../orchestrator/contract/fault.ts';
import { mustRun, type Shell, type ShellOptions } from './shell.ts';

/** Our own chains: nothing else on the device has these names, so finding them means a session was not torn down. */
export const NAT_CHAIN = 'SLEEPTALK_NAT';
export const FILTER_CHAIN = 'SLEEPTALK_FILTER';

export interface RouteTarget {
  /** 10.0.2.2 reaches the host's 127.0.0.1 from an emulator; 127.0.0.1 with `adb reverse` on a physical device. */
  readonly host: string;
  readonly port: number;
}

/** Packets of the app that were refused, as the kernel counted them since the route was set. */
export interface Refusals {
  /** UDP to port 443: QUIC. */
  readonly quic: number;
  /** Whatever else could not be recorded: other UDP, ICMP, IPv6. */
  readonly other: number;
}

/** A route that stands; disposing it takes rules and chains away and restores private DNS. */
export interface Route extends AsyncDisposable {
  readonly uid: number;
  refusals(): Promise<Refusals>;
  /** Throws `routing-failed` where a rule has vanished (netd may rebuild its tables). */
  verify(): Promise<void>;
}

/**
 * Sends every TCP connection of one uid to the proxy and refuses everything else of it: the filter chain lets only
 * what goes to the proxy (or stays on loopback) pass, so a lost redirect ends in a refusal, never in the open.
 * QUIC is refused and counted, IPv6 is refused in the filter table (many kernels have no v6 NAT).
 * `root` runs commands as root. Error: `routing-failed` naming the rule.
 */
export async function routeUid(root: Shell, uid: number, target: RouteTarget, signal: AbortSignal): Promise<Route> {
  if (!Number.isInteger(uid) || uid < 10_000) throw new Fault('routing-failed', `uid ${uid} is no app's`);
  const options: ShellOptions = { signal };
  const run = (command: string): Promise<string> => mustRun(root, command, 'routing-failed', command, options);
  const previousDns = (await run('settings get global private_dns_mode')).trim();
  const undo = async (): Promise<void> => {
    await removeRoutes(root);
    await restoreDns(root, previousDns);
  };
  const rules = rulesFor(uid, target);
  try {
    await removeRoutes(root);
    await run('settings put global private_dns_mode off');
    for (const { program, table, chain } of CHAINS) await run(`${program} -w -t ${table} -N ${chain}`);
    for (const rule of rules) await run(`${rule.program} -w -t ${rule.table} ${rule.add} ${rule.match}`);
    await verifyRules(root, rules, options);
  } catch (error) {
    await undo().catch(() => undefined); // the first fault is the one to tell; a left-over is found by the next clean check
    throw error;
  }
  return {
    uid,
    refusals: () => quicRefusals(root),
    verify: () => verifyRules(root, rules, options),
    [Symbol.asyncDispose]: undo,
  };
}

interface Rule {
  readonly program: 'iptables' | 'ip6tables';
  readonly table: 'nat' | 'filter';
  readonly chain: string;
  /** `-A CHAIN`, or `-I CHAIN 1` where it must come before netd's own. */
  readonly add: string;
  readonly match: string;
}

const CHAINS = [
  { program: 'iptables', table: 'nat', chain: NAT_CHAIN },
  { program: 'iptables', table: 'filter', chain: FILTER_CHAIN },
  { program: 'ip6tables', table: 'filter', chain: FILTER_CHAIN },
] as const;

/** The rules in the order in which they are added: the jumps from OUTPUT come last, when the chains are whole. */
export function rulesFor(uid: number, target: RouteTarget): Rule[] {
  const nat = { program: 'iptables', table: 'nat', chain: NAT_CHAIN, add: `-A ${NAT_CHAIN}` } as const;
  const filter = { program: 'iptables', table: 'filter', chain: FILTER_CHAIN, add: `-A ${FILTER_CHAIN}` } as const;
  const filter6 = { ...filter, program: 'ip6tables' } as const;
  const jump = { chain: 'OUTPUT', add: '-I OUTPUT 1' } as const;
  const owner = `-m owner --uid-owner ${uid}`;
  return [
    { ...nat, match: '-d 127.0.0.0/8 -j RETURN' },
    { ...nat, match: `-p tcp -j DNAT --to-destination ${target.host}:${target.port}` },
    { ...filter, match: '-d 127.0.0.0/8 -j RETURN' },
    { ...filter, match: `-d ${target.host} -p tcp --dport ${target.port} -j RETURN` },
    { ...filter, match: '-p udp --dport 443 -j REJECT' },
    { ...filter, match: '-j REJECT' },
    { ...filter6, match: '-d ::1/128 -j RETURN' },
    { ...filter6, match: '-j REJECT' },
    { ...filter, ...jump, match: `${owner} -j ${FILTER_CHAIN}` },
    { ...filter6, ...jump, match: `${owner} -j ${FILTER_CHAIN}` },
    { ...nat, ...jump, match: `${owner} -j ${NAT_CHAIN}` },
  ];
}

async function verifyRules(root: Shell, rules: readonly Rule[], options: ShellOptions): Promise<void> {
  for (const rule of rules) {
    const command = `${rule.program} -w -t ${rule.table} -C ${rule.chain} ${rule.match}`;
    await mustRun(root, command, 'routing-failed', `the rule does not stand: ${command}`, options);
  }
}

/** Reads the counters of the filter chains. Zero where a chain is absent. */
export async function quicRefusals(root: Shell): Promise<Refusals> {
  const v4 = parseChain((await root(`iptables -w -t filter -L ${FILTER_CHAIN} -v -n -x`)).stdout);
  const v6 = parseChain((await root(`ip6tables -w -t filter -L ${FILTER_CHAIN} -v -n -x`)).stdout);
  const refused = [...v4, ...v6].filter((rule) => rule.target === 'REJECT');
  const quic = refused.filter((rule) => /\bdpt:443\b/.test(rule.match));
  const sum = (rules: readonly ChainLine[]): number => rules.reduce((total, rule) => total + rule.packets, 0);
  return { quic: sum(quic), other: sum(refused) - sum(quic) };
}

interface ChainLine {
  readonly packets: number;
  readonly bytes: number;
  readonly target: string;
  readonly match: string;
}

/** Lines of `iptables -L CHAIN -v -n -x`: packets, bytes, target, the rest as it stands. */
export function parseChain(text: string): ChainLine[] {
  const lines: ChainLine[] = [];
  for (const line of text.split('\n').slice(0, 1000)) {
    const fields = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (fields === null) continue;
    const [, packets, bytes, target, match] = fields;
    lines.push({ packets: Number(packets), bytes: Number(bytes), target: target ?? '', match: match ?? '' });
  }
  return lines;
}

/** Chains of ours that exist: empty on a clean device. */
export async function findRoutes(root: Shell): Promise<string[]> {
  const found: string[] = [];
  for (const { program, table, chain } of CHAINS) {
    if ((await root(`${program} -w -t ${table} -L ${chain} -n`)).exitCode === 0)
      found.push(`${program} ${table} ${chain}`);
  }
  return found;
}

/** Takes away our chains and every jump to them. Error: `device-dirty` where one stays. */
export async function removeRoutes(root: Shell): Promise<void> {
  for (const { program, table, chain } of CHAINS) {
    const rules = (await root(`${program} -w -t ${table} -S OUTPUT`)).stdout.split('\n');
    for (const rule of rules.filter((line) => line.startsWith('-A OUTPUT ') && line.endsWith(` -j ${chain}`))) {
      if (/^[-A-Za-z0-9_.:/ ]+$/.test(rule)) await root(`${program} -w -t ${table} ${rule.replace('-A', '-D')}`);
    }
    await root(`${program} -w -t ${table} -F ${chain}`);
    await root(`${program} -w -t ${table} -X ${chain}`);
  }
  const left = await findRoutes(root);
  if (left.length > 0) throw new Fault('device-dirty', `chains of an earlier session stay: ${left.join(', ')}`);
}

async function restoreDns(root: Shell, previous: string): Promise<void> {
  const known = ['off', 'opportunistic', 'hostname'].includes(previous);
  await root(known ? `settings put global private_dns_mode ${previous}` : 'settings delete global private_dns_mode');
}
