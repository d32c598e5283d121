import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedDocs } from './generated-docs.ts';

/** `npm run schemas`: writes the JSON Schemas of the contract and the table of faults into docs/. */
for (const [path, text] of Object.entries(generatedDocs())) {
  const file = join(import.meta.dirname, '..', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
