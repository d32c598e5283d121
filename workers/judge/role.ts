// In: a destination and the table of roles. Out: the role it plays and who owns it, or null where nobody knows.
import type { Destination } from '../../orchestrator/contract/capture.ts';
import type { RoleProfile } from '../../orchestrator/contract/profile.ts';

/** The most specific row wins: an exact name before a suffix, a longer suffix before a shorter one. */
export function roleOf(destination: Destination, roles: readonly RoleProfile[]): RoleProfile | null {
  let best: RoleProfile | null = null;
  let bestLength = 0;
  for (const role of roles) {
    if (role.ports && !role.ports.includes(destination.port)) continue;
    for (const host of role.hosts) {
      const length = matchLength(destination.host, host);
      if (length > bestLength) {
        best = role;
        bestLength = length;
      }
    }
  }
  return best;
}

function matchLength(host: string, pattern: string): number {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (!pattern.startsWith('.')) return name === pattern ? 10_000 + pattern.length : 0;
  return name.endsWith(pattern) || name === pattern.slice(1) ? pattern.length : 0;
}
