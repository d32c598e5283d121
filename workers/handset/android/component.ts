import type { ApkFacts, Component } from '../../../orchestrator/contract/apk.ts';

/** A component by name: package and full class name. */
export interface ComponentName {
  readonly packageName: string;
  readonly className: string;
}

/** `pkg/.Cls`, `pkg/Cls` without a dot or `pkg/full.Cls`; null where there is no slash. As ComponentName.unflattenFromString. */
export function parseComponent(text: string): ComponentName | null {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) return null;
  const packageName = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  return { packageName, className: rest.startsWith('.') ? packageName + rest : rest };
}

/** `pkg/.Cls` where the class lies in the package, as ComponentName.flattenToShortString. */
export function shortComponent(name: ComponentName): string {
  const { packageName, className } = name;
  const inside = className.startsWith(`${packageName}.`);
  return `${packageName}/${inside ? className.slice(packageName.length) : className}`;
}

export function longComponent(name: ComponentName): string {
  return `${name.packageName}/${name.className}`;
}

export function findComponent(
  facts: ApkFacts,
  className: string,
  kinds: readonly Component['kind'][],
): Component | null {
  return facts.components.find((one) => one.name === className && kinds.includes(one.kind)) ?? null;
}

/** The class of an activity that is shown: an alias stands for its target. */
export function shownActivity(facts: ApkFacts, className: string): string {
  const found = findComponent(facts, className, ['activity-alias']);
  return found?.targetActivity ?? className;
}
