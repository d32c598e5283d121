import { PassThrough } from 'node:stream';
import { delimiter } from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { profileFolders, profilesOption, tellOverrides } from '../../cli/profile-folders.ts';

it('the folders of the environment come before those of the flags, which hold over them', () => {
  const environment = { SLEEPTALK_PROFILES: ['/a', '', '/b'].join(delimiter) };
  expect(profileFolders(environment, ['/c'])).toEqual(['/a', '/b', '/c']);
  expect(profileFolders({})).toEqual([]);
});

it('--profiles may be repeated', () => {
  const command = new Command().addOption(profilesOption());
  expect(command.parse(['--profiles', 'a', '--profiles', 'b'], { from: 'user' }).opts()['profiles']).toEqual([
    'a',
    'b',
  ]);
  expect(new Command().addOption(profilesOption()).parse([], { from: 'user' }).opts()['profiles']).toEqual([]);
});

it('what does not hold any more is told on stderr, with both files', () => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const override = {
    kind: 'function',
    name: 'torch',
    file: 'own/functions/torch.yaml',
    replaced: 'functions/torch.json',
  };
  tellOverrides({ in: new PassThrough(), out, err }, [override as Parameters<typeof tellOverrides>[1][number]]);
  expect(String(err.read())).toBe(
    'note: function torch: own/functions/torch.yaml holds instead of functions/torch.json\n',
  );
  expect(out.read()).toBeNull();
});
