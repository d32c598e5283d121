import { printable } from '../../../orchestrator/contract/fault.ts';
import { localTime } from '../android/device-time.ts';
import { shortComponent } from '../android/component.ts';
import { isRuntimePermission } from '../android/permissions.ts';
import type { PackageRecord } from '../android/packages.ts';
import type { AndroidState } from '../android/state.ts';
import type { Dump } from '../system.ts';

/** `dumpsys package [PKG]`: the form changes with the API level (userId= to 12, appId= from 13). */
export function createPackageDump(state: AndroidState): Dump {
  return (args) => {
    const words = args.filter((word) => !word.startsWith('-'));
    const name = words[0];
    if (name === undefined) {
      return state.packages
        .list()
        .map((record) => packageText(record, state))
        .join('');
    }
    const record = state.packages.get(name);
    if (!record) return `Unable to find package: ${name}\n`;
    return `${resolverText(record)}\nKey Set Manager:\n  [${name}]\n      Signing KeySets: ${record.uid % 97}\n\nPackages:\n${packageText(record, state)}`;
  };
}

/** A stable small hexadecimal number, such as the identity hash that dumps print. */
export function identity(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return (hash & 0xfffffff).toString(16);
}

function resolverText(record: PackageRecord): string {
  const tables: [string, readonly string[]][] = [
    ['Activity', ['activity', 'activity-alias']],
    ['Receiver', ['receiver']],
    ['Service', ['service']],
  ];
  return tables
    .map(([title, kinds]) => {
      const lines: string[] = [];
      for (const component of record.facts.components.filter((one) => kinds.includes(one.kind))) {
        const flat = printable(shortComponent({ packageName: record.name, className: component.name }), 300);
        for (const filter of component.intentFilters) {
          for (const action of filter.actions) {
            lines.push(
              `      ${printable(action)}:`,
              `        ${identity(flat)} ${flat} filter ${identity(flat + action)}`,
            );
            lines.push(`          Action: "${printable(action)}"`);
            for (const category of filter.categories) lines.push(`          Category: "${printable(category)}"`);
            for (const scheme of filter.schemes) lines.push(`          Scheme: "${printable(scheme)}"`);
          }
        }
      }
      return lines.length === 0 ? '' : `${title} Resolver Table:\n  Non-Data Actions:\n${lines.join('\n')}\n\n`;
    })
    .join('');
}

function packageText(record: PackageRecord, state: AndroidState): string {
  const { apiLevel } = state.parts.config;
  const { properties } = state.parts;
  const { facts, name } = record;
  const modern = apiLevel >= 33;
  const installed = localTime(record.installedAtMs, properties);
  const flags = [
    record.system ? 'SYSTEM' : '',
    facts.debuggable ? 'DEBUGGABLE' : '',
    'HAS_CODE',
    'ALLOW_CLEAR_USER_DATA',
    'ALLOW_BACKUP',
    facts.testOnly ? 'TEST_ONLY' : '',
  ].filter((flag) => flag !== '');
  const granted = (permission: string): boolean => record.granted.has(permission);
  const runtime = facts.permissions.filter((one) => isRuntimePermission(one, apiLevel));
  const fixed = facts.permissions.filter((one) => !isRuntimePermission(one, apiLevel) && granted(one));
  const splits = ['base', ...facts.files.flatMap((file) => (file.split === null ? [] : [printable(file.split)]))];
  const scheme = facts.certificates.some((one) => one.scheme.startsWith('v3'))
    ? 3
    : facts.certificates.some((one) => one.scheme === 'v2')
      ? 2
      : 1;
  const signature = identity(facts.certificates[0]?.sha256 ?? name);
  const lines: (string | null)[] = [
    `  Package [${name}] (${identity(name)}):`,
    modern ? `    appId=${record.uid % 100_000}` : `    userId=${record.uid}`,
    facts.sharedUserId === null
      ? null
      : `    sharedUser=SharedUserSetting{${identity(facts.sharedUserId)} ${printable(facts.sharedUserId)}/${record.uid}}`,
    `    pkg=Package{${identity(`pkg ${name}`)} ${name}}`,
    `    codePath=${record.codePath}`,
    modern ? null : `    resourcePath=${record.codePath}`,
    modern ? '    extractNativeLibs=false' : `    legacyNativeLibraryDir=${record.codePath}/lib`,
    `    primaryCpuAbi=${facts.abis.find((abi) => properties.get('ro.product.cpu.abilist').split(',').includes(abi)) ?? 'null'}`,
    modern ? null : '    secondaryCpuAbi=null',
    `    versionCode=${facts.versionCode} minSdk=${facts.minSdk} targetSdk=${facts.targetSdk}`,
    apiLevel >= 31 ? '    minExtensionVersions=[]' : null,
    `    versionName=${facts.versionName === null ? 'null' : printable(facts.versionName)}`,
    modern ? '    usesNonSdkApi=false' : null,
    `    splits=[${splits.join(', ')}]`,
    `    apkSigningVersion=${scheme}`,
    modern ? `    flags=[ ${flags.join(' ')} ]` : null,
    modern ? '    forceQueryable=false' : `    applicationInfo=ApplicationInfo{${identity(`info ${name}`)} ${name}}`,
    modern ? null : `    flags=[ ${flags.join(' ')} ]`,
    modern ? null : '    privateFlags=[ PRIVATE_FLAG_ACTIVITIES_RESIZE_MODE_RESIZEABLE_VIA_SDK_VERSION ]',
    apiLevel === 30 || apiLevel === 31 || apiLevel === 32 ? '    forceQueryable=false' : null,
    `    dataDir=/data/user/0/${name}`,
    `    timeStamp=${localTime(record.updatedAtMs, properties)}`,
    modern ? null : `    firstInstallTime=${installed}`,
    `    lastUpdateTime=${localTime(record.updatedAtMs, properties)}`,
    `    installerPackageName=${record.installer ?? 'null'}`,
    modern ? `    installerPackageUid=${state.packages.get(record.installer ?? '')?.uid ?? -1}` : null,
    modern ? `    initiatingPackageName=${record.initiatingPackage ?? 'null'}` : null,
    modern ? '    originatingPackageName=null' : null,
    apiLevel >= 33 ? `    packageSource=${record.system ? 0 : 1}` : null,
    apiLevel >= 34 ? '    appMetadataFilePath=null' : null,
    `    signatures=PackageSignatures{${identity(`signatures ${name}`)} version:${scheme}, signatures:[${signature}], past signatures:[]}`,
    modern ? null : '    installPermissionsFixed=true',
    apiLevel >= 31 ? null : `    pkgFlags=[ ${flags.join(' ')} ]`,
    facts.permissions.length === 0 ? null : '    requested permissions:',
    ...facts.permissions.map((one) => `      ${printable(one)}`),
    fixed.length === 0 ? null : '    install permissions:',
    ...fixed.map((one) => `      ${printable(one)}: granted=true`),
    `    User 0: ceDataInode=${100_000 + (record.uid % 10_000)} installed=true hidden=false suspended=false ` +
      (apiLevel >= 28 && apiLevel < 30 ? '' : 'distractionFlags=0 ') +
      `stopped=${record.stopped} notLaunched=${!record.launchedOnce} enabled=${record.enabled} instant=false virtual=false`,
    modern ? `      installReason=0\n      firstInstallTime=${installed}` : null,
    '      gids=[3003]',
    runtime.length === 0 ? null : '      runtime permissions:',
    ...runtime.map(
      (one) =>
        `        ${printable(one)}: granted=${granted(one)}, flags=[ USER_SENSITIVE_WHEN_GRANTED|USER_SENSITIVE_WHEN_DENIED ]`,
    ),
  ];
  return `${lines.filter((line) => line !== null).join('\n')}\n\n`;
}
