#!/usr/bin/env node
// Runs the TypeScript sources as they are: tsx compiles them in memory, so a checkout needs no build step.
import { setTimeout } from 'node:timers';
import { register } from 'tsx/esm/api';

// A reader that has seen enough (`| head`) ends the program, as it does any other.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});
register();
const { main } = await import('../main.ts');
process.exitCode = await main(process.argv.slice(2));
// What waits for a server that does not answer must not keep a program that is done.
setTimeout(() => process.exit(), 1_000).unref();
