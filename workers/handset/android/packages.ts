import type { ApkFacts } from '../../../orchestrator/contract/apk.ts';
import type { Behaviour } from '../../../orchestrator/contract/behaviour.ts';
import type { InstalledPackage, Packages } from '../system.ts';
import { isInstallPermission, isRuntimePermission } from './permissions.ts';
import { systemPackages } from './system-packages.ts';

/** A package as the package manager keeps it: the shared view made writable, and what only it needs. */
export interface PackageRecord extends InstalledPackage {
  uid: number;
  facts: ApkFacts;
  updatedAtMs: number;
  codePath: string;
  paths: readonly string[];
  behaviour: Behaviour | null;
  stopped: boolean;
  launchedOnce: boolean;
  readonly granted: Set<string>;
  /** PackageManager.COMPONENT_ENABLED_STATE_*: 0 default, 1 enabled, 2 disabled, 3 disabled by the user. */
  enabled: 0 | 1 | 2 | 3;
  installer: string | null;
  initiatingPackage: string | null;
}

export interface PackageStore extends Packages {
  get(name: string): PackageRecord | undefined;
  byUid(uid: number): PackageRecord[];
  list(): PackageRecord[];
  put(record: PackageRecord): void;
  /** `keepUid`: the package gets the same uid when it returns (`pm uninstall -k`). */
  remove(name: string, keepUid: boolean): void;
  /** The uid a package of this name gets: the one it had before, that of its shared user, or the next free one. */
  uidFor(name: string, sharedUserId: string | null): number;
  /** Permissions that an install grants by itself. */
  installGrants(facts: ApkFacts, all: boolean): string[];
}

/** Process.FIRST_APPLICATION_UID is 10000; the image's own packages have the first hundred. */
const FIRST_USER_APP_ID = 10100;

export function createPackages(apiLevel: number, bootedAtMs: number): PackageStore {
  const records = new Map<string, PackageRecord>();
  const uids = new Map<string, number>();
  const sharedUids = new Map<string, number>();
  let nextUid = FIRST_USER_APP_ID;

  const installGrants = (facts: ApkFacts, all: boolean): string[] => {
    // Below target 23 permissions are granted at install, as the old permission model did.
    const everything = all || facts.targetSdk < 23;
    return facts.permissions.filter((name) =>
      isRuntimePermission(name, apiLevel) ? everything : isInstallPermission(name, apiLevel),
    );
  };

  for (const one of systemPackages(apiLevel)) {
    const { facts } = one;
    records.set(facts.packageName, {
      name: facts.packageName,
      uid: one.appId,
      facts,
      system: true,
      installedAtMs: bootedAtMs,
      updatedAtMs: bootedAtMs,
      codePath: one.codePath,
      paths: [one.apk === '' ? one.codePath : `${one.codePath}/${one.apk}`],
      behaviour: null,
      stopped: false,
      launchedOnce: true,
      granted: new Set(installGrants(facts, true)),
      enabled: 0,
      installer: null,
      initiatingPackage: null,
    });
  }

  return {
    get: (name) => records.get(name),
    byUid: (uid) => [...records.values()].filter((record) => record.uid === uid),
    list: () => [...records.values()],
    put: (record) => void records.set(record.name, record),
    remove(name, keepUid) {
      records.delete(name);
      if (!keepUid) uids.delete(name);
    },
    installGrants,
    uidFor(name, sharedUserId) {
      const known = sharedUserId === null ? uids.get(name) : sharedUids.get(sharedUserId);
      if (known !== undefined) return known;
      const uid = nextUid++;
      if (sharedUserId === null) uids.set(name, uid);
      else sharedUids.set(sharedUserId, uid);
      return uid;
    },
  };
}
