import { isInstallPermission, runtimePermissions } from '../android/permissions.ts';
import type { PackageRecord, PackageStore } from '../android/packages.ts';
import { shortComponent } from '../android/component.ts';
import type { Program, ProgramIo } from '../system.ts';

/** `pm list packages|instrumentation|features|permissions|users|libraries`. */
export function createPmList(packages: PackageStore, apiLevel: number): Program {
  return (io) => {
    const [what, ...args] = io.argv.slice(2);
    switch (what) {
      case 'package':
      case 'packages':
        return listPackages(io, args, packages);
      case 'instrumentation':
        return listInstrumentation(io, args, packages);
      case 'features':
        io.out(FEATURES.map((name) => `feature:${name}\n`).join(''));
        return 0;
      case 'libraries':
        io.out(
          [
            'android.ext.shared',
            'android.test.base',
            'android.test.mock',
            'android.test.runner',
            'org.apache.http.legacy',
          ]
            .map((name) => `library:${name}\n`)
            .join(''),
        );
        return 0;
      case 'users':
        io.out('Users:\n\tUserInfo{0:Owner:c13} running\n');
        return 0;
      case 'permissions':
        return listPermissions(io, args, packages, apiLevel);
      case 'permission-groups':
        io.out(
          ['CALENDAR', 'CAMERA', 'CONTACTS', 'LOCATION', 'MICROPHONE', 'PHONE', 'SENSORS', 'SMS', 'STORAGE']
            .map((name) => `permission group:android.permission-group.${name}\n`)
            .join(''),
        );
        return 0;
      default:
        io.err(
          what === undefined ? "Error: didn't specify type of data to list\n" : `Error: unknown list type '${what}'\n`,
        );
        return -1 & 255;
    }
  };
}

const FEATURES = [
  'reqGlEsVersion=0x30000',
  'android.hardware.audio.output',
  'android.hardware.bluetooth',
  'android.hardware.camera',
  'android.hardware.camera.any',
  'android.hardware.camera.flash',
  'android.hardware.faketouch',
  'android.hardware.fingerprint',
  'android.hardware.location',
  'android.hardware.location.gps',
  'android.hardware.location.network',
  'android.hardware.microphone',
  'android.hardware.ram.normal',
  'android.hardware.screen.landscape',
  'android.hardware.screen.portrait',
  'android.hardware.sensor.accelerometer',
  'android.hardware.telephony',
  'android.hardware.telephony.gsm',
  'android.hardware.touchscreen',
  'android.hardware.touchscreen.multitouch',
  'android.hardware.wifi',
  'android.software.app_widgets',
  'android.software.backup',
  'android.software.device_admin',
  'android.software.home_screen',
  'android.software.input_methods',
  'android.software.webview',
];

function listPackages(io: ProgramIo, args: readonly string[], packages: PackageStore): number {
  const flags = new Set<string>();
  let filter = '';
  let wantedUid: number | null = null;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--user') at++;
    else if (word === '--uid') wantedUid = Number(args[++at]);
    else if (word === '--show-versioncode' || word === '--apex-only' || word === '--match-libraries') flags.add(word);
    else if (/^-[a-zA-Z3]$/.test(word)) {
      if (!'deasfilquU3'.includes(word.charAt(1))) {
        io.err(`Error: Unknown option: ${word}\n`);
        return 255;
      }
      flags.add(word);
    } else if (word.startsWith('-')) {
      io.err(`Error: Unknown option: ${word}\n`);
      return 255;
    } else filter = word;
  }
  if (flags.has('--apex-only')) return 0;
  const wanted = packages.list().filter((one) => {
    if (!one.name.includes(filter)) return false;
    if (wantedUid !== null && one.uid !== wantedUid) return false;
    if (flags.has('-3') && one.system) return false;
    if (flags.has('-s') && !one.system) return false;
    if (flags.has('-e') && one.enabled >= 2) return false;
    return !(flags.has('-d') && one.enabled < 2);
  });
  io.out(wanted.map((one) => `${packageLine(one, flags)}\n`).join(''));
  return 0;
}

function packageLine(one: PackageRecord, flags: ReadonlySet<string>): string {
  const path = flags.has('-f') ? `${one.paths[0] ?? one.codePath}=` : '';
  let line = `package:${path}${one.name}`;
  if (flags.has('--show-versioncode')) line += ` versionCode:${one.facts.versionCode}`;
  if (flags.has('-i')) line += `  installer=${one.installer ?? 'null'}`;
  if (flags.has('-U')) line += ` uid:${one.uid}`;
  return line;
}

function listInstrumentation(io: ProgramIo, args: readonly string[], packages: PackageStore): number {
  const withSource = args.includes('-f');
  const target = args.find((word) => !word.startsWith('-'));
  for (const one of packages.list()) {
    for (const { name, targetPackage } of one.facts.instrumentations) {
      if (target !== undefined && targetPackage !== target) continue;
      const source = withSource ? `${one.paths[0] ?? ''}=` : '';
      const component = shortComponent({ packageName: one.name, className: name });
      io.out(`instrumentation:${source}${component} (target=${targetPackage})\n`);
    }
  }
  return 0;
}

function listPermissions(io: ProgramIo, args: readonly string[], packages: PackageStore, apiLevel: number): number {
  const dangerousOnly = args.includes('-d');
  const names = new Set(runtimePermissions(apiLevel));
  if (!dangerousOnly) {
    for (const one of packages.list()) {
      for (const name of one.facts.permissions) if (isInstallPermission(name, apiLevel)) names.add(name);
    }
  }
  io.out(`${dangerousOnly ? 'Dangerous Permissions:' : 'All Permissions:'}\n\n`);
  io.out(
    [...names]
      .sort()
      .map((name) => `permission:${name}\n`)
      .join(''),
  );
  return 0;
}
