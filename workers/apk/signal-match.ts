import type { ApkFacts, Component, Evidence } from '../../orchestrator/contract/apk.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Signal } from '../../orchestrator/contract/profile.ts';

type Found = Pick<Evidence, 'fact' | 'where'>;
type Matcher = (facts: ApkFacts, matches: (name: string) => boolean, value: string) => Found | null;

/**
 * What a signal of each kind stands on. Components are enforced by the platform and come first; categories and labels
 * are free text to whoever writes the manifest.
 */
const STRENGTHS: Readonly<Record<Signal['kind'], Evidence['strength']>> = {
  'service-permission': 'component',
  'foreground-service-type': 'component',
  'intent-action': 'component',
  'intent-category': 'component',
  'intent-scheme': 'component',
  'browser-filter': 'component',
  'meta-data': 'component',
  permission: 'permission',
  'absent-permission': 'permission',
  feature: 'feature',
  category: 'category',
  game: 'category',
  'label-word': 'label',
};

const MATCHERS: Readonly<Record<Signal['kind'], Matcher>> = {
  'service-permission': (facts, matches) =>
    inComponents(facts, (component) => found(component.permission, matches, (name) => `is guarded by ${name}`)),
  'foreground-service-type': (facts, matches) =>
    inComponents(facts, (component) =>
      first(component.foregroundServiceTypes, matches, (type) => `is a foreground service of type ${type}`),
    ),
  'intent-action': (facts, matches) =>
    inFilters(facts, (filter) => first(filter.actions, matches, (action) => `answers ${action}`)),
  'intent-category': (facts, matches) =>
    inFilters(facts, (filter) => first(filter.categories, matches, (category) => `is of category ${category}`)),
  'intent-scheme': (facts, matches) =>
    inFilters(facts, (filter) => first(filter.schemes, matches, (scheme) => `opens ${scheme}: addresses`)),
  'browser-filter': (facts) => inFilters(facts, (filter) => (opensEveryPage(filter) ? 'opens every web page' : null)),
  'meta-data': (facts, matches) => {
    const own = first(Object.keys(facts.metaData), matches, (name) => `meta-data ${name}`);
    if (own !== null) return { fact: own, where: '<application>' };
    return inComponents(facts, (component) =>
      first(Object.keys(component.metaData), matches, (name) => `has meta-data ${name}`),
    );
  },
  permission: (facts, matches) =>
    placed(
      first(facts.permissions, matches, (name) => `requests ${name}`),
      '<uses-permission>',
    ),
  'absent-permission': (facts, matches, value) =>
    facts.permissions.some(matches) ? null : { fact: `does not request ${value}`, where: '<uses-permission>' },
  feature: (facts, matches) =>
    placed(
      first(
        facts.features.map((feature) => feature.name),
        matches,
        (name) => `uses ${name}`,
      ),
      '<uses-feature>',
    ),
  category: (facts, matches) =>
    placed(
      found(facts.appCategory, matches, (category) => `calls itself an app of category ${category}`),
      '<application android:appCategory>',
    ),
  game: (facts) => (facts.isGame ? { fact: 'calls itself a game', where: '<application android:isGame>' } : null),
  'label-word': (facts, matches) =>
    placed(
      first(
        (facts.label ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [],
        matches,
        (word) => `has "${word}" in its name`,
      ),
      '<application android:label>',
    ),
};

/** The evidence that a signal finds in the manifest, or null. */
export function matchSignal(facts: ApkFacts, signal: Signal): Evidence | null {
  const { value } = signal;
  const matches = value.endsWith('*')
    ? (name: string): boolean => name.startsWith(value.slice(0, -1))
    : (name: string): boolean => name === value;
  const evidence = MATCHERS[signal.kind](facts, matches, value);
  if (evidence === null) return null;
  return {
    fact: printable(evidence.fact),
    where: printable(evidence.where),
    strength: STRENGTHS[signal.kind],
    weight: signal.weight,
  };
}

type Words = (name: string) => string;

function found(name: string | null, matches: (name: string) => boolean, words: Words): string | null {
  return name !== null && matches(name) ? words(name) : null;
}

function first(names: readonly string[], matches: (name: string) => boolean, words: Words): string | null {
  return found(names.find(matches) ?? null, matches, words);
}

function placed(fact: string | null, where: string): Found | null {
  return fact === null ? null : { fact, where };
}

/** A disabled component cannot be bound or started, so it declares nothing. */
function inComponents(facts: ApkFacts, look: (component: Component) => string | null): Found | null {
  for (const component of facts.components) {
    const fact = component.enabled ? look(component) : null;
    if (fact !== null) return { fact, where: `<${component.kind} ${component.name}>` };
  }
  return null;
}

type Filter = Component['intentFilters'][number];

function inFilters(facts: ApkFacts, look: (filter: Filter) => string | null): Found | null {
  return inComponents(facts, (component) => {
    for (const filter of component.intentFilters) {
      const fact = look(filter);
      if (fact !== null) return fact;
    }
    return null;
  });
}

/** VIEW of http and https from a page, bound to no host and no MIME type: only a browser asks for that. */
function opensEveryPage(filter: Filter): boolean {
  return (
    filter.actions.includes('android.intent.action.VIEW') &&
    filter.categories.includes('android.intent.category.BROWSABLE') &&
    filter.schemes.includes('http') &&
    filter.schemes.includes('https') &&
    filter.hosts.length === 0 &&
    filter.mimeTypes.length === 0
  );
}
