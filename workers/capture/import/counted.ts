/** "1 row", "12 rows". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** "1 row is", "12 rows are": a subject with its verb. */
export function countedAre(count: number, noun: string, plural = `${noun}s`): string {
  return `${counted(count, noun, plural)} ${count === 1 ? 'is' : 'are'}`;
}
