import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const rooms = ['orchestrator', 'workers', 'profiles', 'cli'];

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

interface Import {
  readonly from: string;
  /** A path from the root for our own files, the module's name for others. */
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    from: file,
    to: fileName.startsWith('.')
      ? relative(root, resolve(root, dirname(file), fileName))
          .split(sep)
          .join('/')
      : fileName,
  }));
}

const files = rooms.flatMap(sourceFiles);
const imports = files.flatMap(importsOf);

/** Imports that start in a file matching `from` and end in one matching `to`, in words. */
function crossings(from: RegExp, to: RegExp, except: RegExp = /^$/): string[] {
  return imports
    .filter((one) => from.test(one.from) && to.test(one.to) && !except.test(one.to) && !except.test(one.from))
    .map((one) => `${one.from} imports ${one.to}`);
}

describe('the direction of imports', () => {
  it('has files and imports to check in every room', () => {
    const expected = [
      ...['orchestrator/contract', 'orchestrator/store', 'orchestrator/acts', 'orchestrator/api', 'orchestrator/web'],
      ...['orchestrator/export', 'workers/apk', 'workers/device'],
      ...['workers/drive', 'workers/capture', 'workers/judge', 'workers/handset', 'cli'],
    ];
    for (const room of expected) {
      expect(
        files.filter((file) => file.startsWith(`${room}/`)),
        room,
      ).not.toEqual([]);
    }
    expect(imports.length).toBeGreaterThan(100);
  });

  it('the contract stands on nothing but zod', () => {
    expect(crossings(/^orchestrator\/contract\//, /./, /^(orchestrator\/contract\/.*|zod)$/)).toEqual([]);
    const outward = imports.filter(
      (one) =>
        one.from.startsWith('orchestrator/contract/') &&
        !one.to.startsWith('orchestrator/contract/') &&
        one.to !== 'zod',
    );
    expect(outward).toEqual([]);
  });

  it('the store stands on the contract alone', () => {
    expect(crossings(/^orchestrator\/store\//, /^(orchestrator\/(api|web|export|main)|workers|cli)/)).toEqual([]);
  });

  it('the orchestrator never imports the workers, nor the command line', () => {
    expect(crossings(/^orchestrator\//, /^(workers|cli)\//)).toEqual([]);
  });

  it('workers use contract and store, and nothing else of the orchestrator', () => {
    expect(crossings(/^workers\//, /^orchestrator\/(?!contract\/|store\/)/)).toEqual([]);
    expect(crossings(/^workers\//, /^cli\//)).toEqual([]);
  });

  it.each([
    ['device', /^workers\/(drive|capture)\//],
    ['drive', /^workers\/(device|capture)\//],
    ['capture', /^workers\/(device|drive)\//],
  ])('%s does not import its neighbours: examine alone joins them', (room, neighbours) => {
    expect(crossings(new RegExp(`^workers/${room}/`), neighbours)).toEqual([]);
  });

  it('the judge is pure: it imports the contract, itself and a table of public suffixes, no module of Node', () => {
    const outward = imports
      .filter((one) => one.from.startsWith('workers/judge/'))
      // tldts is a pure table: names in, registrable domains out; it reads no file and asks no network.
      .filter((one) => !/^((orchestrator\/contract|workers\/judge)\/|tldts$)/.test(one.to));
    expect(outward).toEqual([]);
  });

  it('the judge reads no clock, no randomness, no environment and writes no log', () => {
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|console\.)/;
    const guilty = files
      .filter((file) => file.startsWith('workers/judge/'))
      .filter((file) => impure.test(readFileSync(join(root, file), 'utf8')));
    expect(guilty).toEqual([]);
  });

  it('nobody imports the simulated handset', () => {
    expect(crossings(/^(?!workers\/handset\/)/, /^workers\/handset\//)).toEqual([]);
  });

  it('the files of the queue alone import bullmq', () => {
    const importers = imports.filter((one) => one.to === 'bullmq').map((one) => one.from);
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((file) => !/^orchestrator\/store\/queue[\w-]*\.ts$/.test(file))).toEqual([]);
  });
});

describe('the size of files', () => {
  it('no file is longer than 300 lines: that would be two files', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });
});
