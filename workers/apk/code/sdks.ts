import type { CodeFacts } from '../../../orchestrator/contract/apk.ts';
import type { SdkProfile } from '../../../orchestrator/contract/profile.ts';

/** SDKs whose packages are in the code, in the order of the table. That code is there is no sign that it runs. */
export function sdksOf(packages: CodeFacts['packages'], sdks: readonly SdkProfile[]): SdkProfile[] {
  const prefixes = new Set<string>();
  for (const { name } of packages) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) prefixes.add(name.slice(0, dot));
    prefixes.add(name);
  }
  return sdks.filter((sdk) => sdk.packages.some((prefix) => prefixes.has(prefix)));
}
