import { describe, expect, it } from 'vitest';
import { parseDevices, workerName } from '../../workers/config.ts';

describe('what a worker serves', () => {
  it.each([
    ['simulated:2', ['simulated simulated simulated', 'simulated simulated simulated']],
    [' fast:1 , pixel=1A2B3C ', ['fast simulated simulated', 'pixel physical 1A2B3C']],
    ['lab=avd/Pixel_8_API_34', ['lab emulator Pixel_8_API_34']],
    ['lab=emulator-5554,lab=192.0.2.7:5555', ['lab emulator emulator-5554', 'lab physical 192.0.2.7:5555']],
  ])('%s', (text, expected) => {
    expect(parseDevices(text).map((one) => `${one.class} ${one.kind} ${one.target}`)).toEqual(expected);
  });

  it.each([
    ['', /at least one place/],
    ['simulated', /expected CLASS:PLACES, CLASS=SERIAL or CLASS=avd\/NAME/],
    ['Big Class:1', /the class: lower-case letters/],
    ['simulated:0', /a number from 1 to 64/],
    ['simulated:many', /a number from 1 to 64/],
    ['a:40,b:40', /more than 64 places/],
    ['lab=../../etc', /a serial, or avd\//],
    ['lab=', /a serial, or avd\//],
    ['lab=simulated', /asked for as lab:1/],
    ['a=SERIAL,b=SERIAL', /SERIAL is named twice/],
    ['lab=\u001b[31m', /\\u001b/],
  ])('refuses %j', (text, expected) => {
    expect(() => parseDevices(text)).toThrow(
      expect.objectContaining({ code: 'config-invalid', detail: expect.stringMatching(expected) as string }) as Error,
    );
  });

  it('names a worker by host and process where no name was given', () => {
    expect(workerName('rack-7', false)).toBe('rack-7');
    expect(workerName(undefined, false)).toMatch(new RegExp(`^[A-Za-z0-9._-]+-${process.pid}$`));
    // Alone on its ledger it is the same worker after a restart, and its devices are the same.
    expect(workerName(undefined, true)).not.toContain(`${process.pid}`);
  });
});
