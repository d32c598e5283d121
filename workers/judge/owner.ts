// In: a destination's traffic, its role, the app's package and its code. Out: who the channel belongs to, and how that
// is known.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { RoleProfile } from '../../orchestrator/contract/profile.ts';
import type { Channel } from '../../orchestrator/contract/report.ts';
import type { Context, Source } from './context.ts';
import { listWords } from './words.ts';

type Owner = Channel['owner'];

/** Evidence of the network and of the code are told apart: what stands in the code may never have run. */
export function ownerOf({ traffic, role, group }: Source, context: Context): Owner {
  if (traffic.foreign) {
    const name = role?.owner ?? null;
    return { kind: 'platform', name, knownBy: 'the uid of the sender: it is not the uid of the app' };
  }
  if (role) {
    const kind = role.platform ? 'platform' : 'sdk';
    const knownBy = `network: the host is in the table of roles (${role.title})${sdkWords(role, context)}`;
    return { kind, name: role.owner, knownBy };
  }
  const hosts = (group?.members ?? [{ traffic }]).map((member) => member.traffic.destination.host);
  const word = brandWord(context.facts?.packageName ?? null, hosts);
  if (word !== null) {
    const knownBy = `network: package and host share the name '${printable(word, 40)}'${hostInCode(hosts, context)}`;
    return { kind: 'app', name: null, knownBy };
  }
  const inCode = hostInCode(hosts, context);
  return { kind: 'unknown', name: null, knownBy: `nothing: no role and no shared name${inCode}` };
}

const COMMON = new Set(['android', 'mobile', 'client', 'example', 'google', 'cloud', 'service', 'application']);

/** A label of the package name, five letters or more, that also stands in every host; "apps" and the like do not count. */
function brandWord(packageName: string | null, hosts: readonly string[]): string | null {
  const words = (packageName ?? '').toLowerCase().split(/[._]/);
  const inAll = (word: string): boolean => hosts.every((host) => host.split(/[.-]/).includes(word));
  return words.find((word) => word.length >= 5 && !COMMON.has(word) && inAll(word)) ?? null;
}

/** Whether the code holds classes of an SDK that plays the role: a host of it without the SDK is worth a look. */
function sdkWords({ role }: RoleProfile, { facts, sdks }: Context): string {
  const code = facts?.code;
  if (!code) return '';
  const carried = sdks.filter(({ roles, packages }) => {
    return roles.includes(role) && packages.some((own) => code.packages.some(({ name }) => isWithin(name, own)));
  });
  const names = [...new Set(carried.map(({ name }) => name))].sort().slice(0, MOST_NAMED);
  if (names.length > 0) return `; code: classes of ${listWords(names)}`;
  return code.complete ? '; code: no classes of a known SDK for it' : '';
}

function hostInCode(hosts: readonly string[], { facts }: Context): string {
  const known = new Set(facts?.code?.hosts.map(({ host }) => host.toLowerCase()) ?? []);
  return hosts.length > 0 && hosts.every((host) => known.has(host.toLowerCase()))
    ? '; code: the host stands in it'
    : '';
}

const MOST_NAMED = 3;

function isWithin(name: string, own: string): boolean {
  return name === own || name.startsWith(`${own}.`);
}
