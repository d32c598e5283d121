import { Fault } from '../../orchestrator/contract/fault.ts';
import { FILTER_CHAIN, NAT_CHAIN, raiseRules, removeRoutes, UID_CHAINS, verifyRules, type Rule } from './chains.ts';
import { mustRun, type Shell, type ShellOptions } from './shell.ts';

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
 * QUIC is refused and counted, IPv6 is refused in the filter table (many kernels have no v6 NAT). Where look-ups are
 * routed to `names`, the app's own datagrams to that resolver pass too; its TCP to port 53 is the proxy's like all else.
 * `root` runs commands as root. Error: `routing-failed` naming the rule.
 */
export async function routeUid(
  root: Shell,
  uid: number,
  target: RouteTarget,
  signal: AbortSignal,
  names: RouteTarget | null = null,
): Promise<Route> {
  if (!Number.isInteger(uid) || uid < 10_000) throw new Fault('routing-failed', `uid ${uid} is no app's`);
  const options: ShellOptions = { signal };
  const run = (command: string): Promise<string> => mustRun(root, command, 'routing-failed', command, options);
  const previousDns = (await run('settings get global private_dns_mode')).trim();
  const undo = async (): Promise<void> => {
    await removeRoutes(root, UID_CHAINS);
    await restoreDns(root, previousDns);
  };
  const rules = rulesFor(uid, target, names);
  try {
    await removeRoutes(root, UID_CHAINS);
    await run('settings put global private_dns_mode off');
    await raiseRules(root, UID_CHAINS, rules, options);
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

/** The rules in the order in which they are added: the jumps from OUTPUT come last, when the chains are whole. */
export function rulesFor(uid: number, target: RouteTarget, names: RouteTarget | null = null): Rule[] {
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
    ...(names === null ? [] : [{ ...filter, match: `-d ${names.host} -p udp --dport ${names.port} -j RETURN` }]),
    { ...filter, match: '-p udp --dport 443 -j REJECT' },
    { ...filter, match: '-j REJECT' },
    { ...filter6, match: '-d ::1/128 -j RETURN' },
    { ...filter6, match: '-j REJECT' },
    { ...filter, ...jump, match: `${owner} -j ${FILTER_CHAIN}` },
    { ...filter6, ...jump, match: `${owner} -j ${FILTER_CHAIN}` },
    { ...nat, ...jump, match: `${owner} -j ${NAT_CHAIN}` },
  ];
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

async function restoreDns(root: Shell, previous: string): Promise<void> {
  const known = ['off', 'opportunistic', 'hostname'].includes(previous);
  await root(known ? `settings put global private_dns_mode ${previous}` : 'settings delete global private_dns_mode');
}
