import { binaryXml, type XmlNode } from './binary-xml.ts';
import type { ApkDescription } from './description.ts';
import { emptyDex } from './dex.ts';
import { manifestNode } from './manifest.ts';
import { resourceTable, type TableType } from './resource-table.ts';
import { signZip } from './sign.ts';
import { writeZip, type ZipInput } from './zip.ts';

/** Native libraries may be mapped from the APK, on devices with pages of 16 KiB, too. */
const LIBRARY_ALIGNMENT = 16_384;

/** The APK of a description. The same description always gives the same bytes. */
export function writeApk(description: ApkDescription): Buffer {
  const zip = writeZip(zipInputs(description));
  return description.signer === 'nobody' ? zip : signZip(zip, [{ scheme: 'v2', key: description.signer ?? 1 }]);
}

/** The entries in the order in which they are written, for tests that damage one of them. */
export function zipInputs(description: ApkDescription): ZipInput[] {
  const files = new Map<string, Buffer>(contents(description));
  for (const [path, content] of Object.entries(description.entries ?? {})) files.set(path, Buffer.from(content));
  return [...files].map(([path, bytes]): ZipInput => {
    if (path.startsWith('lib/')) return { path, bytes, align: LIBRARY_ALIGNMENT };
    // Android maps the resource table: from target 30 on it must be stored (INSTALL_PARSE_FAILED_RESOURCES_ARSC_COMPRESSED).
    return { path, bytes, deflate: description.deflate === true && path !== 'resources.arsc' };
  });
}

function* contents(description: ApkDescription): Generator<[string, Buffer]> {
  const types: TableType[] = [];
  if (description.label !== undefined) {
    types.push({ type: 'string', key: 'app_name', values: { '': description.label, ...description.labels } });
  }
  const label = types.length === 0 ? null : 0x7f010000;
  let networkSecurityConfig: number | null = null;
  if (description.pins !== undefined) {
    types.push({ type: 'xml', key: 'network_security_config', values: { '': 'res/xml/network_security_config.xml' } });
    networkSecurityConfig = 0x7f000000 | (types.length << 16);
  }
  yield ['AndroidManifest.xml', binaryXml(manifestNode(description, { label, networkSecurityConfig }))];
  if (description.split === undefined) yield ['classes.dex', emptyDex()];
  if (description.pins !== undefined)
    yield ['res/xml/network_security_config.xml', binaryXml(pinning(description.pins))];
  if (types.length > 0) yield ['resources.arsc', resourceTable(description.packageName, types)];
  if (description.behaviour !== undefined) {
    yield ['assets/behaviour.json', Buffer.from(`${JSON.stringify(description.behaviour, null, 2)}\n`)];
  }
  for (const abi of description.abis ?? []) yield [`lib/${abi}/libsample.so`, Buffer.from('\x7fELF', 'latin1')];
}

function pinning(pins: Readonly<Record<string, string>>): XmlNode {
  return {
    name: 'network-security-config',
    children: Object.entries(pins).map(([host, digest]) => ({
      name: 'domain-config',
      children: [
        { name: 'domain', attributes: { includeSubdomains: true }, text: host },
        { name: 'pin-set', children: [{ name: 'pin', attributes: { digest: 'SHA-256' }, text: digest }] },
      ],
    })),
  };
}
