// In: a destination's traffic, its role and the app's package. Out: who the channel belongs to, and how that is known.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Channel } from '../../orchestrator/contract/report.ts';
import type { Context, Source } from './context.ts';

type Owner = Channel['owner'];

/** Code evidence and network evidence are told apart: here nothing but the network and the uid speaks. */
export function ownerOf({ traffic, role }: Source, context: Context): Owner {
  if (traffic.foreign) {
    const name = role?.owner ?? null;
    return { kind: 'platform', name, knownBy: 'the uid of the sender: it is not the uid of the app' };
  }
  if (role) {
    const kind = role.platform ? 'platform' : 'sdk';
    return { kind, name: role.owner, knownBy: `network: the host is in the table of roles (${role.title})` };
  }
  const word = brandWord(context.facts?.packageName ?? null, traffic.destination.host);
  if (word !== null) {
    return { kind: 'app', name: null, knownBy: `network: package and host share the name '${printable(word, 40)}'` };
  }
  return { kind: 'unknown', name: null, knownBy: 'nothing: no role and no shared name' };
}

const COMMON = new Set(['android', 'mobile', 'client', 'example', 'google', 'cloud', 'service', 'application']);

/** A label of the package name of five letters or more that also stands in the host; "apps" and the like do not count. */
function brandWord(packageName: string | null, host: string): string | null {
  const words = (packageName ?? '').toLowerCase().split(/[._]/);
  return words.find((word) => word.length >= 5 && !COMMON.has(word) && host.split(/[.-]/).includes(word)) ?? null;
}
