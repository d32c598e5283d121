/** Ends the bench with one sentence and status 2: the command line was not understood. */
export function misused(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

/** A whole number of at least `least` (1), or the end of the bench. */
export function whole(text: string, option: string, least = 1): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  return misused(`${option} is a whole number of at least ${least}, not "${text}".`);
}
