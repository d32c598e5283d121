import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspection } from '../../orchestrator/contract/apk.ts';
import type { Progress } from '../../orchestrator/contract/job.ts';
import { FunctionProfile } from '../../orchestrator/contract/profile.ts';
import { inspect } from '../../workers/inspect.ts';
import { writeApk } from '../support/apk/write.ts';
import { signal } from './reading.ts';

const functions = [
  { name: 'torch', threshold: 1 },
  { name: 'unclassified', threshold: 1 },
].map(({ name, threshold }) =>
  FunctionProfile.parse({
    name,
    title: name,
    noun: `a ${name}`,
    adds: false,
    signals: name === 'torch' ? [{ kind: 'label-word', value: 'torch', weight: 1 }] : [],
    threshold,
    licences: [],
    not: [],
    source: 'test',
  }),
);

describe('inspect', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sleeptalk-inspect-'));
  });
  afterAll(async () => rm(directory, { recursive: true }));

  it('gives facts, declared function and needs, and says how far it is', async () => {
    const path = join(directory, 'torch.apk');
    await writeFile(path, writeApk({ packageName: 'org.example.torch', label: 'Torch', abis: ['x86_64'] }));
    const steps: Progress[] = [];
    const inspection = await inspect([path], { functions, stated: null, signal, progress: (step) => steps.push(step) });
    expect(Inspection.parse(inspection)).toMatchObject({
      facts: { packageName: 'org.example.torch' },
      declaredFunction: { name: 'torch' },
      needs: { abis: ['x86_64'] },
    });
    expect(steps.map(({ step }) => step)).toEqual([
      'reading the APK',
      'finding the declared function',
      'declared function: torch',
    ]);
  });

  it('ends where the base cannot run without splits that were not given', async () => {
    const path = join(directory, 'base.apk');
    await writeFile(path, writeApk({ packageName: 'org.example.base', requiresSplits: true }));
    await expect(inspect([path], { functions, stated: null, signal })).rejects.toThrow(
      'apk-splits-mismatch: org.example.base is a base APK that runs only with its splits; add them.',
    );
  });
});
