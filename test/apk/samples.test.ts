import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Behaviour } from '../../orchestrator/contract/behaviour.ts';
import { declareFunction } from '../../workers/apk/declare.ts';
import { readEntry } from '../../workers/apk/read.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { SAMPLES } from '../support/apk/samples.ts';
import { writeApk } from '../support/apk/write.ts';
import { factsOf } from './reading.ts';

const folder = new URL('../../cli/samples/', import.meta.url);

it('no other sample is shipped than those described', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(SAMPLES)
      .map((name) => `${name}.apk`)
      .sort(),
  );
});

describe.each(Object.entries(SAMPLES))('the sample %s', (name, description) => {
  const shipped = readFileSync(new URL(`${name}.apk`, folder));

  it('is byte for byte what its description gives', () => {
    expect(shipped.equals(writeApk(description))).toBe(true);
  });

  it('is small, signed and launchable, and is read without a warning', async () => {
    expect(shipped.length).toBeLessThan(50_000);
    const facts = await factsOf(shipped);
    expect(facts).toMatchObject({ packageName: description.packageName, warnings: [], hasScriptedBehaviour: true });
    expect(facts.launchActivity).toBe(`${description.packageName}.MainActivity`);
    expect(facts.certificates.map((certificate) => certificate.verified)).toEqual([true]);
  });

  it('has a valid behaviour whose screens lead to each other and stand on declared activities', async () => {
    const behaviour = Behaviour.parse(
      JSON.parse(readEntry(shipped, 'assets/behaviour.json', 100_000)?.toString() ?? ''),
    );
    const screens = behaviour.screens.map((screen) => screen.id);
    expect(screens.length).toBeGreaterThanOrEqual(2);
    const facts = await factsOf(shipped);
    const activities = facts.components.filter(({ kind }) => kind === 'activity').map((component) => component.name);
    for (const screen of behaviour.screens) {
      expect(activities).toContain(`${facts.packageName}${screen.activity}`);
      expect(screen.buttons.length).toBeGreaterThan(0);
      for (const button of screen.buttons) {
        if (button.goto !== undefined) expect(screens).toContain(button.goto);
      }
    }
  });
});

it.each([
  ['torch', 'torch', []],
  ['chat', 'messaging', ['push-consuming']],
  ['weather', 'weather', []],
  ['game', 'game', ['ad-supported']],
] as const)('the sample %s declares itself as %s by the shipped profiles', async (name, expected, also) => {
  const { functions } = await loadProfiles();
  const declared = declareFunction(await factsOf(SAMPLES[name]), functions, null);
  expect([declared.name, declared.also.map((each) => each.name)]).toEqual([expected, also]);
});

it('the torch calls home every five minutes by exact alarm while it is not in front', () => {
  expect(SAMPLES.torch.behaviour?.schedules?.[0]).toMatchObject({
    everySeconds: 300,
    phase: 'background',
    via: 'exact-alarm',
    requestBytes: 412,
    responseBytes: 308,
  });
});
