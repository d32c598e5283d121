// In: a destination's traffic, its role and the app's package. Out: who the channel belongs to, and how that is known.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Channel } from '../../orchestrator/contract/report.ts';
import type { Context, Source } from './context.ts';

type Owner = Channel['owner'];

/** Code evidence and network evidence are told apart: here nothing but the network and the uid speaks. */
export function ownerOf({ traffic, role, group }: Source, context: Context): Owner {
  if (traffic.foreign) {
    const name = role?.owner ?? null;
    return { kind: 'platform', name, knownBy: 'the uid of the sender: it is not the uid of the app' };
  }
  if (role) {
    const kind = role.platform ? 'platform' : 'sdk';
    return { kind, name: role.owner, knownBy: `network: the host is in the table of roles (${role.title})` };
  }
  const hosts = (group?.members ?? [{ traffic }]).map((member) => member.traffic.destination.host);
  const word = brandWord(context.facts?.packageName ?? null, hosts);
  if (word !== null) {
    return { kind: 'app', name: null, knownBy: `network: package and host share the name '${printable(word, 40)}'` };
  }
  return { kind: 'unknown', name: null, knownBy: 'nothing: no role and no shared name' };
}

const COMMON = new Set(['android', 'mobile', 'client', 'example', 'google', 'cloud', 'service', 'application']);

/** A label of the package name, five letters or more, that also stands in every host; "apps" and the like do not count. */
function brandWord(packageName: string | null, hosts: readonly string[]): string | null {
  const words = (packageName ?? '').toLowerCase().split(/[._]/);
  const inAll = (word: string): boolean => hosts.every((host) => host.split(/[.-]/).includes(word));
  return words.find((word) => word.length >= 5 && !COMMON.has(word) && inAll(word)) ?? null;
}
