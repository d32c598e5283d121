import type { ProfileSet } from '../orchestrator/contract/profile.ts';
import { malformed } from './profile-files.ts';
import type { ProfilePlaces } from './profile-merge.ts';

/**
 * What no single file can show: licences and SDKs that name a role that nobody plays, and the function for what no
 * other explains.
 *
 * @throws Fault `profile-malformed` naming the file and the path inside it.
 */
export function checkReferences(
  { functions, roles, sdks }: Pick<ProfileSet, 'functions' | 'roles' | 'sdks'>,
  places: ProfilePlaces,
): void {
  const known = new Set(roles.map(({ role }) => role));
  for (const { name, licences } of functions) {
    for (const [at, licence] of licences.entries()) {
      const stranger = licence.roles?.find((role) => !known.has(role));
      if (stranger === undefined) continue;
      throw malformed(places.functions.get(name)!, `licences.${at}.roles: '${stranger}' is no role of roles/.`);
    }
  }
  for (const sdk of sdks) {
    const stranger = sdk.roles.find((role) => !known.has(role));
    if (stranger === undefined) continue;
    throw malformed(places.sdks.get(sdk.name)!, `sdks.${sdk.name}.roles: '${stranger}' is no role of roles/.`);
  }
  if (!functions.some(({ name }) => name === 'unclassified')) {
    throw malformed('functions', "the function 'unclassified' is missing.");
  }
}
