import type { Component, IntentFilter } from '../../../orchestrator/contract/apk.ts';
import { printable } from '../../../orchestrator/contract/fault.ts';
import type { ComponentName } from './component.ts';
import type { Intent } from './intent.ts';
import type { PackageRecord, PackageStore } from './packages.ts';

export interface Resolved {
  readonly record: PackageRecord;
  readonly component: Component;
  readonly name: ComponentName;
}

/** Components of one kind that the intent reaches, by explicit name or by intent filter. */
export function resolveIntent(intent: Intent, packages: PackageStore, kinds: readonly Component['kind'][]): Resolved[] {
  const found: Resolved[] = [];
  for (const record of packages.list()) {
    if (record.enabled >= 2) continue;
    if (intent.packageName !== null && record.name !== intent.packageName) continue;
    if (intent.component !== null && record.name !== intent.component.packageName) continue;
    for (const component of record.facts.components) {
      if (!kinds.includes(component.kind) || !component.enabled) continue;
      const explicit = intent.component?.className === component.name;
      if (
        intent.component === null ? component.intentFilters.some((filter) => matches(filter, intent, kinds)) : explicit
      ) {
        found.push({ record, component, name: { packageName: record.name, className: component.name } });
      }
    }
  }
  return found;
}

/** Intent filter tests of the documentation: action, every category, and data by scheme, host and type. */
function matches(filter: IntentFilter, intent: Intent, kinds: readonly Component['kind'][]): boolean {
  if (intent.action !== null && !filter.actions.includes(intent.action)) return false;
  if (!intent.categories.every((one) => filter.categories.includes(one))) return false;
  // An implicit start of an activity adds CATEGORY_DEFAULT, except for the launcher's own MAIN intents.
  const main = intent.action === 'android.intent.action.MAIN' && intent.categories.length > 0;
  if (kinds.includes('activity') && !main && !filter.categories.includes('android.intent.category.DEFAULT')) {
    return false;
  }
  if (intent.data === null)
    return filter.schemes.length === 0 && (intent.mimeType === null) === (filter.mimeTypes.length === 0);
  const match = /^([a-zA-Z][\w+.-]*):(?:\/\/([^/?#:]*))?/.exec(intent.data);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  const host = match?.[2]?.toLowerCase() ?? '';
  if (!filter.schemes.includes(scheme)) return false;
  return filter.hosts.length === 0 || filter.hosts.some((one) => hostMatches(one.toLowerCase(), host));
}

function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** The activity that the launcher starts, or null. */
export function launchActivity(record: PackageRecord): ComponentName | null {
  const { launchActivity: className } = record.facts;
  return className === null ? null : { packageName: record.name, className };
}

/** The label that the launcher shows, safe to print. */
export function labelOf(record: PackageRecord): string {
  return printable(record.facts.label ?? record.name, 80);
}
