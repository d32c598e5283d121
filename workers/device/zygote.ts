import type { Shell } from './shell.ts';

/** Process ids of zygote and zygote64; an image for one word size has only one of them. */
export async function listZygotes(shell: Shell): Promise<number[]> {
  const pids: number[] = [];
  for (const name of ['zygote', 'zygote64']) pids.push(...numbers((await shell(`pidof ${name}`)).stdout));
  return [...new Set(pids)];
}

/** Process ids of the apps that run now: children of a zygote. */
export async function listZygoteChildren(shell: Shell): Promise<number[]> {
  const zygotes = await listZygotes(shell);
  const children: number[] = [];
  for (const pid of zygotes) children.push(...numbers((await shell(`ps -o PID -P ${pid}`)).stdout));
  return children.filter((pid) => !zygotes.includes(pid));
}

function numbers(text: string): number[] {
  return [...text.matchAll(/\b\d{1,10}\b/g)].map((match) => Number(match[0])).slice(0, 4096);
}
