import type { NetworkRule } from '../../orchestrator/contract/apk.ts';
import { childrenNamed, plainAttribute } from './attributes.ts';
import type { XmlElement } from './binary-xml.ts';
import { VALUE } from './resource-value.ts';
import type { Resources } from './resources.ts';

const MOST_RULES = 2000;
/** Nested rules repeat what they inherit, so few pins in a deep file are many. */
const MOST_PINS = 100;
const MOST_HOST_CHARACTERS = 253;

/**
 * The rules of a network security configuration, in the order of the file, nested ones behind the one they stand in
 * (developer.android.com, "Network security configuration"; frameworks/base core/java/android/security/net/config).
 */
export function networkRules(root: XmlElement, resources: Resources): NetworkRule[] {
  const rules: NetworkRule[] = [];
  const add = (config: XmlElement, scope: NetworkRule['scope'], inherited: readonly string[]): void => {
    if (rules.length >= MOST_RULES) return;
    const sets = childrenNamed(config, 'pin-set');
    const pins = sets.length === 0 ? [...inherited] : pinsOf(sets);
    rules.push({
      scope,
      domains: scope === 'domain' ? domainsOf(config) : [],
      cleartext: flag(config, 'cleartextTrafficPermitted'),
      trustAnchors: anchorsOf(config, resources),
      pins,
      pinsExpire: sets[0] === undefined ? null : plainAttribute(sets[0], 'expiration'),
    });
    for (const inner of childrenNamed(config, 'domain-config')) add(inner, 'domain', pins);
  };
  for (const config of childrenNamed(root, 'base-config').slice(0, 1)) add(config, 'base', []);
  for (const config of childrenNamed(root, 'domain-config')) add(config, 'domain', []);
  for (const config of childrenNamed(root, 'debug-overrides').slice(0, 1)) add(config, 'debug', []);
  return rules;
}

/** Hosts with pins, lower case. Pins that have run out are kept: the clock of a handset decides, not ours. */
export function pinnedHosts(rules: readonly NetworkRule[]): string[] {
  const pinned = rules.filter((rule) => rule.pins.length > 0).flatMap((rule) => rule.domains);
  return [...new Set(pinned.map(({ host }) => host))];
}

function domainsOf(config: XmlElement): NetworkRule['domains'] {
  return childrenNamed(config, 'domain').flatMap((domain) => {
    const host = domain.text.trim().toLowerCase().slice(0, MOST_HOST_CHARACTERS);
    return host === '' ? [] : [{ host, includeSubdomains: flag(domain, 'includeSubdomains') ?? false }];
  });
}

function pinsOf(sets: readonly XmlElement[]): string[] {
  return sets
    .flatMap((set) => childrenNamed(set, 'pin'))
    .slice(0, MOST_PINS)
    .map((pin) => `${plainAttribute(pin, 'digest') ?? ''}:${pin.text.trim()}`.slice(0, 200));
}

function anchorsOf(config: XmlElement, resources: Resources): NetworkRule['trustAnchors'] {
  const anchors = childrenNamed(config, 'trust-anchors')[0];
  if (anchors === undefined) return null;
  return childrenNamed(anchors, 'certificates').map((element) => {
    const raw = element.attributes.find((attribute) => attribute.name === 'src' && attribute.namespace === null)?.value;
    const file = raw?.type === VALUE.reference ? resources.resolve(raw.data)?.text : null;
    const source = file ?? plainAttribute(element, 'src') ?? '';
    return { source: source.slice(0, 300), overridesPins: flag(element, 'overridePins') ?? false };
  });
}

function flag(element: XmlElement, name: string): boolean | null {
  const text = plainAttribute(element, name);
  return text === 'true' ? true : text === 'false' ? false : null;
}
