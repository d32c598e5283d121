import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle, type SealedBundle } from '../../orchestrator/store/bundles.ts';
import { openDesk, type Desk } from '../support/command.ts';

let desk: Desk;
let sealed: SealedBundle;
let contents: Record<string, string>;

beforeAll(async () => {
  desk = await openDesk();
  await using bundle = await openBundle({ root: desk.path('evidence'), run: 'run-1' });
  await mkdir(bundle.path('logs'));
  await writeFile(bundle.path('capture.ndjson'), 'one\ntwo\n');
  await writeFile(bundle.path('logs/appium.log'), 'words');
  sealed = await bundle.seal({
    sample: [],
    package: 'org.example.torch',
    seed: 1,
    device: {},
    tools: {},
    custody: [{ at: '2026-01-01T00:00:00.000Z', who: 'vm/1', what: 'leased \u001b[31m' }],
  });
  contents = {
    'manifest.json': await readFile(join(sealed.directory, 'manifest.json'), 'utf8'),
    'capture.ndjson': 'one\ntwo\n',
    'logs/appium.log': 'words',
  };
});
afterAll(() => desk[Symbol.asyncDispose]());

async function tarOf(name: string, files: Readonly<Record<string, string>>, twice?: string): Promise<string> {
  const tar = pack();
  const file = desk.path(name);
  const written = createWriteStream(file);
  tar.pipe(written);
  for (const [path, text] of Object.entries(files)) tar.entry({ name: path }, text);
  if (twice !== undefined) tar.entry({ name: twice }, 'again');
  tar.finalize();
  await finished(written);
  return file;
}

describe('verify', () => {
  it('a whole bundle, as a folder and as a tar, with what is known and what is not', async () => {
    for (const bundle of [sealed.directory, await tarOf('whole.tar', contents)]) {
      const ran = await desk.run(['verify', bundle, '--digest', sealed.digest]);
      expect(ran, ran.err).toMatchObject({ status: 0, err: '' });
      expect(ran.out).toMatch(/^whole: 2 files, 13 bytes, as sealed .* in run-1 of org\.example\.torch$/m);
      expect(ran.out).toContain(`bundle: ${sealed.digest}, as was expected`);
      expect(ran.out).toContain('signature: none');
      expect(ran.out).toContain('vm/1  leased \\u001b[31m');
    }
  });

  it.each([
    [
      'a changed byte',
      () => ({ ...contents, 'capture.ndjson': 'one\ntWo\n' }),
      /capture\.ndjson has SHA-256 [0-9a-f]{64}, not/,
    ],
    ['a missing file', () => ({ 'manifest.json': contents['manifest.json'] ?? '' }), /capture\.ndjson is missing/],
    ['a file too many', () => ({ ...contents, 'x\u001b': 'x' }), /x\\u001b is not in the manifest/],
    ['no manifest', () => ({ 'capture.ndjson': 'one\ntwo\n' }), /bundle-missing: no manifest/],
    ['a manifest that is none', () => ({ ...contents, 'manifest.json': '{}' }), /manifest\.json cannot be read/],
  ])('%s is not whole: status 12', async (what, files, expected) => {
    const ran = await desk.run(['verify', await tarOf(`${what}.tar`, files())]);
    expect(ran).toMatchObject({ status: 12, out: '' });
    expect(ran.err).toMatch(expected);
  });

  it('a file that comes twice, a tar that was cut, another digest: status 12', async () => {
    const twice = await desk.run(['verify', await tarOf('twice.tar', contents, 'capture.ndjson')]);
    expect(twice).toMatchObject({ status: 12, err: expect.stringContaining('is in the archive twice') as string });
    const whole = await readFile(await tarOf('to-cut.tar', contents));
    await writeFile(desk.path('cut.tar'), whole.subarray(0, 700));
    const cut = await desk.run(['verify', desk.path('cut.tar')]);
    expect(cut).toMatchObject({ status: 12, err: expect.stringContaining('is no whole tar archive') as string });
    const other = await desk.run(['verify', sealed.directory, '--json', '--digest', 'a'.repeat(64)]);
    expect(other.status).toBe(12);
    expect(JSON.parse(other.out)).toMatchObject({ whole: false, fault: { code: 'bundle-broken' } });
  });

  it('a folder with a changed file is not whole', async () => {
    const file = join(sealed.directory, 'capture.ndjson');
    await chmod(file, 0o644);
    await writeFile(file, 'one\ntwo');
    const ran = await desk.run(['verify', sealed.directory]);
    expect(ran).toMatchObject({
      status: 12,
      err: expect.stringContaining('capture.ndjson has 7 bytes, not 8') as string,
    });
    await rm(file);
  });

  it('nothing there is bad input: status 2', async () => {
    const ran = await desk.run(['verify', desk.path('none')]);
    expect(ran).toMatchObject({ status: 2, err: expect.stringContaining('there is no such file or folder') as string });
  });
});
