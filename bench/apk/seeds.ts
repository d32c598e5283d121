import { encryptedZip } from '../../test/support/apk/encrypt-zip.ts';
import { launcher, type ApkDescription } from '../../test/support/apk/description.ts';
import { writeDex } from '../../test/support/apk/dex.ts';
import { signJar } from '../../test/support/apk/sign-jar.ts';
import { signZip, type BlockSigner } from '../../test/support/apk/sign.ts';
import { writeApk, zipInputs } from '../../test/support/apk/write.ts';
import { writeZip, type ZipInput } from '../../test/support/apk/zip.ts';

/** A small APK that holds something for each part of the reader. */
export const RICH: ApkDescription = {
  packageName: 'org.example.fuzzed',
  label: 'Fuzzed',
  labels: { en: 'Fuzzed', de: 'Zerstreut' },
  permissions: ['android.permission.INTERNET', 'android.permission.CAMERA'],
  permissionsSdk23: ['android.permission.READ_CONTACTS'],
  features: [{ name: 'android.hardware.camera', required: false }],
  pins: { 'a.example': 'c2hhMjU2', 'b.example': 'c2hhMjU2' },
  metaData: { first: 'text', second: 2 },
  abis: ['arm64-v8a'],
  category: 'social',
  components: [
    launcher(),
    {
      kind: 'service',
      name: '.Tunnel',
      permission: 'android.permission.BIND_VPN_SERVICE',
      foregroundServiceTypes: ['location'],
      intentFilters: [{ actions: ['android.net.VpnService'], schemes: ['https'], hosts: ['h.example'] }],
      metaData: { inner: true },
    },
    { kind: 'provider', name: '.Files' },
  ],
  entries: {
    'classes.dex': writeDex({
      classes: ['org.example.fuzzed.MainActivity', 'com.example.sdk.Client', 'a.b'],
      strings: ['https://api.example.com/v1', 'beacon.example.net', 'plain'],
    }),
    'assets/www/cordova.js': "fetch('https://www.example.com/config')",
  },
};

const PARTS = zipInputs(RICH);

/** Correctly signed by the schemes given. */
export function signedBy(...schemes: readonly BlockSigner['scheme'][]): (inputs: readonly ZipInput[]) => Buffer {
  return (inputs) =>
    signZip(
      writeZip(inputs),
      schemes.map((scheme) => ({ scheme, key: 1 })),
    );
}

/** Entries of {@link RICH}, to be damaged one by one before they are put together. */
export const parts: readonly ZipInput[] = PARTS;

/** Whole files, to be damaged as they are. */
export const files: readonly { readonly name: string; readonly bytes: Buffer }[] = [
  { name: 'v2', bytes: writeApk(RICH) },
  { name: 'deflated', bytes: writeApk({ ...RICH, deflate: true }) },
  { name: 'v3', bytes: signedBy('v2', 'v3')(PARTS) },
  { name: 'v3.1', bytes: signedBy('v2', 'v3', 'v3.1')(PARTS) },
  { name: 'v1', bytes: writeZip(signJar(PARTS, 1)) },
  { name: 'v1 and v2', bytes: signedBy('v2')(signJar(PARTS, 1, { promises: '2' })) },
  { name: 'split', bytes: writeApk({ packageName: RICH.packageName, split: 'config.de', label: 'x' }) },
  { name: 'zip-crypto', bytes: encryptedZip([{ path: 'a.apk', bytes: writeApk(RICH) }], 'infected', 'zip-crypto') },
  { name: 'aes', bytes: encryptedZip([{ path: 'a', bytes: writeApk(RICH) }], 'infected', 'aes-256') },
  { name: 'xapk', bytes: xapk() },
  { name: 'apks', bytes: apks() },
];

function xapk(): Buffer {
  const list = JSON.stringify({ package_name: RICH.packageName, split_apks: [{ file: 'base.apk', id: 'base' }] });
  return writeZip([
    { path: 'manifest.json', bytes: Buffer.from(list) },
    { path: 'base.apk', bytes: writeApk(RICH), deflate: true },
  ]);
}

/** toc.pb with one variant of one set of one split. */
function apks(): Buffer {
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  const toc = field(1, Buffer.concat([field(2, field(2, field(2, Buffer.from('splits/base-master.apk'))))]));
  return writeZip([
    { path: 'toc.pb', bytes: toc },
    { path: 'splits/base-master.apk', bytes: writeApk(RICH) },
  ]);
}
