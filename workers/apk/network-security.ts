import { childrenNamed } from './attributes.ts';
import type { XmlElement } from './binary-xml.ts';

/**
 * Hosts that a network security configuration pins: the `<domain>`s of each `<domain-config>` whose pin set has a pin,
 * or which inherits one (developer.android.com, Network security configuration).
 */
export function pinnedHosts(root: XmlElement): string[] {
  const hosts = new Set<string>();
  const walk = (config: XmlElement, inherited: boolean): void => {
    const sets = childrenNamed(config, 'pin-set');
    const pinned = sets.length === 0 ? inherited : sets.some((set) => childrenNamed(set, 'pin').length > 0);
    if (pinned) {
      for (const domain of childrenNamed(config, 'domain')) {
        const host = domain.text.trim().toLowerCase().slice(0, 253);
        if (host !== '') hosts.add(host);
      }
    }
    for (const inner of childrenNamed(config, 'domain-config')) walk(inner, pinned);
  };
  for (const config of childrenNamed(root, 'domain-config')) walk(config, false);
  return [...hosts];
}
