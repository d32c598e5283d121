import { Fault } from '../../orchestrator/contract/fault.ts';
import { DNS_CHAIN, NAME_CHAINS, raiseRules, removeRoutes, verifyRules, type Rule } from './chains.ts';
import type { Device } from './handset.ts';
import type { RouteTarget } from './routing.ts';
import type { Shell } from './shell.ts';

/** A route of look-ups that stands; disposing it takes its rules and chains away. */
export interface NameRoute extends AsyncDisposable {
  /** Throws `routing-failed` where a rule has vanished. */
  verify(): Promise<void>;
}

/**
 * Where look-ups of that device reach a resolver on the host's loopback; null where they cannot. An emulator's 10.0.2.2
 * carries UDP too; `adb reverse`, the only way from any other device, carries none, and Android's resolver turns to TCP
 * only when an answer over UDP says so. Error: `routing-failed` for such a device where names must not leave.
 */
export function reachResolver(
  device: Pick<Device, 'serial' | 'kind'>,
  hostPort: number,
  mustStay: boolean,
): RouteTarget | null {
  if (device.kind !== 'physical') return { host: '10.0.2.2', port: hostPort };
  if (!mustStay) return null;
  throw new Fault(
    'routing-failed',
    `names that are looked up on ${device.serial} would leave it: a sealed run needs an emulator, since adb carries no UDP`,
  );
}

/**
 * Sends every look-up of the device to one resolver, whoever asks: names are resolved by netd under its own uid (root,
 * or AID_DNS since Android 10), not under the app's. What a lost redirect would let out is refused: DNS to anywhere
 * else, over IPv6, over TLS or QUIC (port 853), and connections to the addresses of 198.18.0.0/15 that the resolver
 * makes up. Set before the route of an app's uid, whose rules then come first: its TCP stays the proxy's.
 * Error: `routing-failed` naming the rule.
 */
export async function routeNames(root: Shell, target: RouteTarget, signal: AbortSignal): Promise<NameRoute> {
  const rules = nameRulesFor(target);
  const undo = async (): Promise<void> => {
    await removeRoutes(root, NAME_CHAINS);
    await forgetNames(root);
  };
  try {
    await removeRoutes(root, NAME_CHAINS);
    await raiseRules(root, NAME_CHAINS, rules, { signal });
    await forgetNames(root);
  } catch (error) {
    await undo().catch(() => undefined); // the first fault is the one to tell; a left-over is found by the next clean check
    throw error;
  }
  return { verify: () => verifyRules(root, rules, { signal }), [Symbol.asyncDispose]: undo };
}

/** The rules in the order in which they are added: the jumps from OUTPUT come last, when the chains are whole. */
export function nameRulesFor(target: RouteTarget): Rule[] {
  const nat = { program: 'iptables', table: 'nat', chain: DNS_CHAIN, add: `-A ${DNS_CHAIN}` } as const;
  const filter = { ...nat, table: 'filter' } as const;
  const filter6 = { ...filter, program: 'ip6tables' } as const;
  const jump = { chain: 'OUTPUT', add: '-I OUTPUT 1', match: `-j ${DNS_CHAIN}` } as const;
  const refusals = ['udp --dport 53', 'tcp --dport 53', 'udp --dport 853', 'tcp --dport 853'].map(
    (what) => `-p ${what} -j REJECT`,
  );
  return [
    { ...nat, match: '-d 127.0.0.0/8 -j RETURN' },
    { ...nat, match: `-p udp --dport 53 -j DNAT --to-destination ${target.host}:${target.port}` },
    { ...nat, match: `-p tcp --dport 53 -j DNAT --to-destination ${target.host}:${target.port}` },
    { ...filter, match: '-d 127.0.0.0/8 -j RETURN' },
    ...refusals.map((match) => ({ ...filter, match })),
    { ...filter, match: '-d 198.18.0.0/15 -j REJECT' },
    { ...filter6, match: '-d ::1/128 -j RETURN' },
    ...refusals.map((match) => ({ ...filter6, match })),
    { ...filter, ...jump },
    { ...filter6, ...jump },
    { ...nat, ...jump },
  ];
}

/**
 * Empties netd's cache where the device still has a command for it: until Android 9 (netd, CommandListener.cpp), for
 * network 100, the first that ConnectivityService gives out. Later ones answer that there is none, and forget a name
 * when its time to live is over; a connection to an address from before is routed by its uid all the same.
 */
async function forgetNames(root: Shell): Promise<void> {
  await root('ndc resolver flushnet 100');
}
