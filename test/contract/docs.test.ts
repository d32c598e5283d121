import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../orchestrator/contract/faults.ts';
import { generatedDocs } from '../../scripts/generated-docs.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the documents made from the contract', () => {
  const docs = generatedDocs();

  it.each(Object.keys(docs))('%s is what `npm run schemas` writes', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(docs[path]);
  });

  it('docs/schema holds no schema that the contract no longer has', () => {
    const made = Object.keys(docs)
      .filter((path) => path.startsWith('docs/schema/'))
      .map((path) => path.slice('docs/schema/'.length));
    expect(readdirSync(join(root, 'docs/schema')).sort()).toEqual(made.sort());
  });

  it('every fault code that is thrown anywhere stands in the table, and every row is used', () => {
    const sources = ['orchestrator', 'workers', 'cli'].flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'faults.ts')
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
    );
    const text = sources.join('\n');
    const unused = Object.keys(FAULTS).filter((code) => !text.includes(`'${code}'`));
    expect(unused).toEqual([]);
  });
});
