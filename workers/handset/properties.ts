import type { Properties } from './system.ts';

/** Android's release names by API level (developer.android.com, "uses-sdk"). */
const RELEASES: Readonly<Record<number, string>> = {
  28: '9',
  29: '10',
  30: '11',
  31: '12',
  32: '12',
  33: '13',
  34: '14',
  35: '15',
  36: '16',
};

export const API_LEVELS = { least: 28, most: 36, usual: 34 } as const;

/** Longest value of a property that is not read-only (bionic, PROP_VALUE_MAX less the NUL). */
const MOST_VALUE_CHARS = 91;

/** A property may not be set: it is read-only, or the value too long. */
export class PropertyRefused extends Error {
  override readonly name = 'PropertyRefused';
}

export function openProperties(initial: Iterable<readonly [string, string]>): Properties {
  const values = new Map<string, string>(initial);
  return {
    get: (name) => values.get(name) ?? '',
    set(name, value) {
      const readOnly = name.startsWith('ro.') && values.has(name);
      if (readOnly || name === '' || (!name.startsWith('ro.') && Buffer.byteLength(value) > MOST_VALUE_CHARS)) {
        throw new PropertyRefused(`Failed to set property '${name}' to '${value}'.\nSee dmesg for error reason.`);
      }
      values.set(name, value);
    },
    entries: () => [...values].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What of the command line shows in the properties. */
export interface Build {
  readonly apiLevel: number;
  readonly avdName: string;
  readonly clockRate: number;
  readonly seed: number;
  readonly timezone: string;
  readonly bootedAtMs: number;
  /** `-prop name=value`, which win over everything. */
  readonly overrides: ReadonlyMap<string, string>;
}

/**
 * The properties of a userdebug x86_64 image, named honestly as a simulation (`ro.boot.sleeptalk.*`, brand sleeptalk),
 * with the marks by which any emulator is known (ro.kernel.qemu, ranchu).
 */
export function buildProperties(build: Build): Map<string, string> {
  const release = RELEASES[build.apiLevel] ?? String(build.apiLevel);
  const buildId = `STALK${build.apiLevel}.1`;
  const type = build.overrides.get('ro.build.type') ?? 'userdebug';
  const keys = type === 'user' ? 'release-keys' : 'dev-keys';
  const fingerprint = `sleeptalk/sim_x86_64/sim64x:${release}/${buildId}/1:${type}/${keys}`;
  const properties = new Map<string, string>([
    ['ro.build.version.sdk', String(build.apiLevel)],
    ['ro.build.version.release', release],
    ['ro.build.version.release_or_codename', release],
    ['ro.build.version.codename', 'REL'],
    ['ro.build.version.incremental', '1'],
    ['ro.build.version.security_patch', '2026-01-05'],
    ['ro.build.id', buildId],
    ['ro.build.display.id', `sim_x86_64-${type} ${release} ${buildId} 1 ${keys}`],
    ['ro.build.type', type],
    ['ro.build.tags', keys],
    ['ro.build.fingerprint', fingerprint],
    ['ro.build.flavor', `sim_x86_64-${type}`],
    ['ro.build.characteristics', 'emulator'],
    ['ro.build.date.utc', '1767571200'],
    ['ro.debuggable', type === 'user' ? '0' : '1'],
    ['ro.secure', '1'],
    ['ro.adb.secure', '0'],
    ['ro.kernel.qemu', '1'],
    ['ro.boot.qemu', '1'],
    ['ro.boot.qemu.avd_name', build.avdName],
    ['ro.kernel.qemu.avd_name', build.avdName],
    ['ro.hardware', 'ranchu'],
    ['ro.boot.hardware', 'ranchu'],
    ['ro.product.name', 'sim_x86_64'],
    ['ro.product.model', 'Simulated handset'],
    ['ro.product.device', 'sim64x'],
    ['ro.product.brand', 'sleeptalk'],
    ['ro.product.manufacturer', 'sleeptalk'],
    ['ro.product.board', 'sim64x'],
    ['ro.product.locale', 'en-US'],
    ['ro.product.cpu.abi', 'x86_64'],
    ['ro.product.cpu.abilist', 'x86_64,x86'],
    ['ro.product.cpu.abilist64', 'x86_64'],
    ['ro.product.cpu.abilist32', 'x86'],
    ['ro.product.first_api_level', String(build.apiLevel)],
    ['ro.zygote', 'zygote64_32'],
    ['ro.sf.lcd_density', '420'],
    ['ro.serialno', 'EMULATOR36X0X0X0'],
    ['ro.boot.serialno', 'EMULATOR36X0X0X0'],
    ['ro.crypto.state', 'encrypted'],
    ['ro.runtime.firstboot', String(build.bootedAtMs)],
    ['ro.boot.sleeptalk.simulated', '1'],
    ['ro.boot.sleeptalk.clock_rate', String(build.clockRate)],
    ['ro.boot.sleeptalk.seed', String(build.seed)],
    ['persist.sys.timezone', build.timezone],
    ['persist.sys.locale', 'en-US'],
    ['gsm.sim.state', 'READY'],
    ['gsm.operator.alpha', 'T-Mobile'],
    ['gsm.operator.numeric', '310260'],
    ['gsm.operator.iso-country', 'us'],
    ['gsm.network.type', 'LTE'],
    ['net.bt.name', 'Android'],
    ['selinux.restorecon_recursive', '/data/misc_ce/0'],
    ['service.adb.root', '0'],
    ['sys.usb.config', 'adb'],
    ['sys.usb.state', 'adb'],
  ]);
  for (const [name, value] of build.overrides) properties.set(name, value);
  return properties;
}

/** What init and the system server set when the system is up; cleared by a reboot. */
export function markBooted(properties: Properties): void {
  for (const service of ['adbd', 'zygote', 'surfaceflinger', 'netd', 'logd', 'servicemanager', 'vold', 'media']) {
    properties.set(`init.svc.${service}`, 'running');
  }
  properties.set('init.svc.bootanim', 'stopped');
  properties.set('service.bootanim.exit', '1');
  properties.set('dev.bootcomplete', '1');
  properties.set('sys.boot_completed', '1');
}
