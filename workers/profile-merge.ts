import type { FunctionProfile, ProfileOverride, RoleProfile, SdkProfile } from '../orchestrator/contract/profile.ts';
import type { RoleFile } from '../orchestrator/contract/profile-file.ts';
import { malformed } from './profile-files.ts';

/** Where each part of the result was read, for faults and overrides. */
export interface ProfilePlaces {
  readonly functions: ReadonlyMap<string, string>;
  readonly sdks: ReadonlyMap<string, string>;
}

/** A destination as read; `hosts` are those that no later folder has taken away. */
interface Row {
  readonly profile: RoleProfile;
  readonly name: string;
  readonly file: string;
  readonly folder: number;
  readonly hosts: Set<string>;
}

interface Kept<T> {
  readonly value: T;
  readonly file: string;
  readonly folder: number;
}

type RoleDefaults = Pick<RoleProfile, 'title' | 'platform' | 'because' | 'selfService' | 'licences'>;

const ALL_PORTS: readonly number[] = [];

/**
 * Puts folders of profiles over one another. Within one folder nothing may stand twice; a later folder replaces a
 * function, a destination or an SDK by its name, and takes host names away from destinations of earlier folders.
 */
export class ProfileMerge {
  readonly #functions = new Map<string, Kept<FunctionProfile>>();
  readonly #sdks = new Map<string, Kept<SdkProfile>>();
  readonly #roles = new Map<string, RoleDefaults>();
  readonly #overrides: ProfileOverride[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #rowsOfHost = new Map<string, Row[]>();
  #folder = -1;

  beginFolder(): void {
    this.#folder++;
  }

  addFunction(profile: FunctionProfile, file: string): void {
    this.#keep(this.#functions, 'function', profile, file);
  }

  addSdk(profile: SdkProfile, file: string): void {
    this.#keep(this.#sdks, 'sdk', profile, file);
  }

  addRole(role: RoleFile, file: string): void {
    const defaults = this.#defaultsFor(role, file);
    if (!this.#roles.has(role.role)) this.#roles.set(role.role, defaults);
    for (const { hosts, ...own } of role.destinations) {
      const because = own.because ?? defaults.because;
      const platform = own.platform ?? defaults.platform;
      const profile: RoleProfile = { ...defaults, ...own, role: role.role, hosts, because, platform };
      this.#addRow({ profile, name: own.name, file, folder: this.#folder, hosts: new Set(hosts) });
    }
  }

  result() {
    const byName = <T extends { name: string }>(kept: Map<string, Kept<T>>): T[] =>
      [...kept.values()].map(({ value }) => value).sort((a, b) => (a.name < b.name ? -1 : 1));
    const places = <T>(kept: Map<string, Kept<T>>) => new Map([...kept].map(([name, { file }]) => [name, file]));
    return {
      functions: byName(this.#functions),
      roles: [...this.#rows.values()]
        .filter(({ hosts }) => hosts.size > 0)
        .map(({ profile, hosts }) => ({ ...profile, hosts: [...hosts] })),
      sdks: byName(this.#sdks),
      overrides: this.#overrides,
      places: { functions: places(this.#functions), sdks: places(this.#sdks) } satisfies ProfilePlaces,
    };
  }

  #keep<T extends { name: string }>(kept: Map<string, Kept<T>>, kind: 'function' | 'sdk', value: T, file: string) {
    const before = kept.get(value.name);
    if (before?.folder === this.#folder) throw malformed(file, `name: '${value.name}' stands in ${before.file} too.`);
    if (before) this.#overrides.push({ kind, name: value.name, file, replaced: before.file });
    kept.set(value.name, { value, file, folder: this.#folder });
  }

  #defaultsFor(role: RoleFile, file: string): RoleDefaults {
    const known = this.#roles.get(role.role);
    const title = role.title ?? known?.title;
    const platform = role.platform ?? known?.platform;
    const because = role.because ?? known?.because;
    const selfService = role.selfService ?? known?.selfService;
    const licences = role.licences ?? known?.licences;
    if (title === undefined || platform === undefined || because === undefined) {
      const lacks = title === undefined ? 'title' : platform === undefined ? 'platform' : 'because';
      throw malformed(file, `${lacks}: expected, since no role '${role.role}' stands before it.`);
    }
    return {
      title,
      platform,
      because,
      ...(selfService === undefined ? {} : { selfService }),
      ...(licences === undefined ? {} : { licences }),
    };
  }

  #addRow(row: Row): void {
    const { name, file, folder } = row;
    if (row.hosts.size < row.profile.hosts.length) throw malformed(file, `destinations: '${name}' names a host twice.`);
    const before = this.#rows.get(name);
    if (before) {
      if (before.folder === folder) throw malformed(file, `destinations: '${name}' stands in ${before.file} too.`);
      this.#overrides.push({ kind: 'destination', name, file, replaced: before.file });
      before.hosts.clear();
      this.#rows.delete(name);
    }
    for (const host of row.hosts) this.#takeHost(host, row);
    this.#rows.set(name, row);
  }

  /** Takes a host from the rows of earlier folders that have it on one of the same ports. */
  #takeHost(host: string, row: Row): void {
    const sharing = this.#rowsOfHost.get(host) ?? [];
    for (const other of sharing) {
      if (!other.hosts.has(host) || !overlap(other.profile.ports, row.profile.ports)) continue;
      if (other.folder === row.folder) {
        throw malformed(row.file, `destinations: '${host}' is a host of '${other.name}' too.`);
      }
      other.hosts.delete(host);
      this.#overrides.push({ kind: 'host', name: host, file: row.file, replaced: other.file });
    }
    this.#rowsOfHost.set(host, [...sharing, row]);
  }
}

/** True where one port could lead to both; a row without ports is open to all. */
function overlap(one: readonly number[] = ALL_PORTS, other: readonly number[] = ALL_PORTS): boolean {
  return one.length === 0 || other.length === 0 || one.some((port) => other.includes(port));
}
