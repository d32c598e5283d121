import { describe, expect, it } from 'vitest';
import { OptionFault, readOptions, type Options } from '../../workers/handset/options.ts';

function read(...argv: readonly string[]): Options {
  const options = readOptions(argv, {});
  if ('question' in options) throw new Error('not a question');
  return options;
}

describe('the command line of the emulator', () => {
  it('a line as a tool writes it is understood, and says what changes nothing', () => {
    const options = read(
      ...['-avd', 'sbx', '-read-only', '-snapshot', 'clean', '-no-snapshot-save', '-no-window', '-no-audio'],
      ...[
        '-no-boot-anim',
        '-gpu',
        'swiftshader_indirect',
        '-port',
        '5560',
        '-prop',
        'ro.x=a=b',
        '-http-proxy',
        'http://p:1',
      ],
    );
    expect(options).toMatchObject({ avdName: 'sbx', consolePort: 5560, adbPort: null, apiLevel: 34, clockRate: 1 });
    expect(options.httpProxy).toBe('http://p:1');
    expect(options.properties).toEqual(new Map([['ro.x', 'a=b']]));
    expect(options.ignored).toContain('-snapshot clean');
  });

  it('knows @NAME, -ports, and what belongs to the simulated handset alone', () => {
    expect(read('@pixel', '-ports', '6000,6007')).toMatchObject({ avdName: 'pixel', consolePort: 6000, adbPort: 6007 });
    expect(read('-api-level', '29', '-clock-rate', '0.5', '-seed', '7', '-exit-with-stdin')).toMatchObject({
      apiLevel: 29,
      clockRate: 0.5,
      seed: 7,
      exitWithStdin: true,
    });
  });

  it('the adb server is the one of the option, else of the environment, else the usual', () => {
    expect(read('-adb-server-port', '6001').adbServerPort).toBe(6001);
    expect(readOptions([], { ANDROID_ADB_SERVER_PORT: '6002' })).toMatchObject({ adbServerPort: 6002 });
    expect(read().adbServerPort).toBe(5037);
  });

  it.each([
    [['-foo'], 'unknown option: -foo\nplease use -help for a list of valid options'],
    [['-port'], 'emulator: ERROR: option -port requires a parameter'],
    [['-port', '5555'], 'emulator: ERROR: -port 5555: the console port must be even'],
    [['-api-level', '27'], 'emulator: ERROR: -api-level 27: a number from 28 to 36 was expected'],
    [['-clock-rate', '0'], 'emulator: ERROR: -clock-rate 0: a number from 0.001 to 10000 was expected'],
    [['-seed', '1.5'], 'emulator: ERROR: -seed 1.5: a number from 0 to 9007199254740991 was expected'],
    [['-prop', 'x'], 'emulator: ERROR: -prop x: <name>=<value> was expected'],
    [['what'], 'emulator: ERROR: unexpected argument: what'],
  ])('%j is refused', (argv, message) => {
    expect(() => read(...argv)).toThrow(new OptionFault(message));
  });

  it.each(['-help', '-version', '-list-avds'])('%s asks and starts nothing', (word) => {
    expect(readOptions([word], {})).toHaveProperty('question');
  });
});
