import { PropertyRefused } from '../../properties.ts';
import type { ProgramIo, Programs, Properties } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';

/** Properties that the shell may set (AOSP property_contexts); root may set any. */
const SHELL_MAY_SET =
  /^(debug\.|log\.|persist\.log\.|persist\.debug\.|sys\.powerctl$|test\.|persist\.sys\.timezone$|service\.adb\.)/;

export function propertyPrograms(properties: Properties): Programs {
  return {
    getprop: (io) => {
      const flags = readFlags(io.argv, 'TZ');
      const [name, fallback = ''] = flags.rest;
      if (name === undefined) for (const [key, value] of properties.entries()) io.out(`[${key}]: [${value}]\n`);
      else io.out(`${properties.get(name) === '' ? fallback : properties.get(name)}\n`);
      return 0;
    },
    setprop: (io) => setprop(io, properties),
  };
}

function setprop(io: ProgramIo, properties: Properties): number {
  const [, name, value] = io.argv;
  if (name === undefined || value === undefined || io.argv.length > 3) throw new UsageFault('Needs 2 arguments');
  if (io.uid !== 0 && !SHELL_MAY_SET.test(name)) {
    io.err(`Failed to set property '${name}' to '${value}'.\nSee dmesg for error reason.\n`);
    return 1;
  }
  try {
    properties.set(name, value);
    return 0;
  } catch (error) {
    if (!(error instanceof PropertyRefused)) throw error;
    io.err(`${error.message}\n`);
    return 1;
  }
}
