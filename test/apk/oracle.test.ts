import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SAMPLES } from '../support/apk/samples.ts';
import { writeApk, zipInputs } from '../support/apk/write.ts';
import { signJar } from '../support/apk/sign-jar.ts';
import { signZip } from '../support/apk/sign.ts';
import { writeZip } from '../support/apk/zip.ts';
import { readBinaryXml } from '../../workers/apk/binary-xml.ts';
import { oddityLog } from '../../workers/apk/oddities.ts';
import { readEntry } from '../../workers/apk/read.ts';
import { factsOf } from './reading.ts';
import { printedLines, treeLines } from './xml-tree.ts';

/** The reader against programs that others wrote, on files that others made and on our own. */
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const driver = join(modules, 'appium-uiautomator2-driver/node_modules');
const candidates = [
  join(modules, 'android-apidemos/apks/ApiDemos-debug.apk'),
  ...[driver, modules].flatMap((root) => [
    join(root, 'io.appium.settings/apks/settings_apk-debug.apk'),
    join(root, 'appium-uiautomator2-server/apks/appium-uiautomator2-server-debug-androidTest.apk'),
  ]),
].filter((path) => existsSync(path));

const scratch = mkdtempSync(join(tmpdir(), 'sleeptalk-oracle-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function written(name: string, bytes: Buffer): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

const INPUTS = zipInputs({ packageName: 'org.example.schemes', label: 'Schemes', targetSdk: 29 });
const own = [
  ...Object.entries(SAMPLES).map(([name, description]) => written(`${name}.apk`, writeApk(description))),
  written('deflated.apk', writeApk({ ...SAMPLES.chat, deflate: true, signer: 2 })),
  written(
    'v3.apk',
    signZip(writeZip(INPUTS), [
      { scheme: 'v2', key: 1 },
      { scheme: 'v3', key: 1 },
    ]),
  ),
  written('v1.apk', writeZip(signJar(INPUTS, 2))),
];
const all = [...candidates, ...own];

function runs(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { encoding: 'utf8' }).error === undefined;
}

function output(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(status, stderr).toBe(0);
  return stdout;
}

function every(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

describe('aapt', () => {
  it.for(all)('reads the same badging from %s', (path, { skip }) => {
    if (!runs('aapt', 'version')) return skip('aapt is not installed');
    return sameBadging(path);
  });
});

describe('aapt', () => {
  it.for(all)('reads the same tree of elements and attributes from %s', (path, { skip }) => {
    if (!runs('aapt', 'version')) return skip('aapt is not installed');
    const manifest = readEntry(readFileSync(path), 'AndroidManifest.xml', 16 * 1024 * 1024) ?? Buffer.alloc(0);
    const tree = treeLines(readBinaryXml(manifest, 'AndroidManifest.xml', oddityLog()));
    expect(tree.length).toBeGreaterThan(5);
    expect(tree).toEqual(printedLines(output('aapt', 'dump', 'xmltree', path, 'AndroidManifest.xml')));
  });
});

async function sameBadging(path: string): Promise<void> {
  const badging = output('aapt', 'dump', 'badging', path);
  const facts = await factsOf(readFileSync(path));
  const [, name, code, version] =
    /^package: name='([^']*)' versionCode='([^']*)' versionName='([^']*)'/m.exec(badging) ?? [];
  expect([facts.packageName, String(facts.versionCode || ''), facts.versionName ?? '']).toEqual([name, code, version]);
  expect([facts.minSdk, facts.targetSdk].map(String)).toEqual([
    ...every(badging, /^sdkVersion:'(\d+)'/gm),
    ...every(badging, /^targetSdkVersion:'(\d+)'/gm),
  ]);
  const implied = every(badging, /^uses-implied-permission: name='([^']*)'/gm);
  const requested = every(badging, /^uses-permission(?:-sdk-23)?: name='([^']*)'/gm);
  expect([...facts.permissions].sort()).toEqual(
    [...new Set(requested)].filter((permission) => !implied.includes(permission)).sort(),
  );
  expect(facts.launchActivity ?? undefined).toBe(every(badging, /^launchable-activity: name='([^']*)'/gm)[0]);
  expect(facts.debuggable).toBe(/^application-debuggable/m.test(badging));
  expect(facts.label ?? '').toBe(every(badging, /^application-label(?:-en)?:'([^']*)'/gm).at(-1) ?? '');
  const labels = new Map(
    [...badging.matchAll(/^application-label-([\w-]+):'([^']*)'/gm)].map(([, at, text]) => [at, text]),
  );
  for (const { locale, text } of facts.details?.labels ?? []) {
    if (locale !== null) expect([locale, text]).toEqual([locale, labels.get(locale)]);
  }
  const locales = every(/^locales: (.*)$/m.exec(badging)?.[1] ?? '', /'([^']*)'/g).filter((each) => each !== '--_--');
  expect(facts.details?.locales).toEqual(locales.sort());
  expect(facts.details?.libraries.map(({ name, required }) => `${required ? '' : 'not '}${name}`).sort()).toEqual(
    [
      ...every(badging, /^uses-library:'([^']*)'/gm),
      ...every(badging, /^uses-library-not-required:'([^']*)'/gm).map((name) => `not ${name}`),
    ].sort(),
  );
  expect(facts.abis).toEqual(every(/^native-code: (.*)$/m.exec(badging)?.[1] ?? '', /'([^']*)'/g).sort());
}

describe('apksigner', () => {
  it.for(all)('prints the same certificate for %s', (path, { skip }) => {
    if (!runs('apksigner', '--version')) return skip('apksigner is not installed');
    return sameCertificate(path);
  });
});

async function sameCertificate(path: string): Promise<void> {
  const printed = output('apksigner', 'verify', '--print-certs', '--verbose', '--min-sdk-version', '24', path);
  const { certificates } = await factsOf(readFileSync(path));
  expect(certificates.map((certificate) => certificate.sha256)).toEqual(
    every(printed, /^Signer #\d+ certificate SHA-256 digest: ([0-9a-f]{64})$/gm),
  );
  const each = (what: string): string[] => every(printed, new RegExp(`^Signer #\\d+ ${what}: (.*)$`, 'gm'));
  expect(
    certificates.map(({ sha1, md5, keyAlgorithm, keyBits }) => [sha1, md5, keyAlgorithm, String(keyBits)]),
  ).toEqual(
    each('certificate SHA-1 digest').map((sha1, index) => [
      sha1,
      each('certificate MD5 digest')[index],
      each('key algorithm')[index],
      each('key size \\(bits\\)')[index],
    ]),
  );
  expect(certificates.every((certificate) => certificate.verified)).toBe(true);
  const schemes = every(printed, /^Verified using (v[123]) scheme .*: true$/gm);
  expect(certificates[0]?.scheme).toBe(schemes.at(-1));
}
