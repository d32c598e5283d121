import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { Fault, printable } from '../orchestrator/contract/fault.ts';

const Environment = z.object({
  SLEEPTALK_HOME: z.string().min(1).optional(),
  XDG_DATA_HOME: z.string().min(1).refine(isAbsolute, 'must be absolute').optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
});

/** Where this person's ledger, samples and evidence are kept, and which shared services they use instead. */
export interface Home {
  readonly directory: string;
  readonly ledger: string;
  readonly files: string;
  readonly evidence: string;
  readonly logs: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
}

/** Reads the environment once, at the door. `directory` is what `--home` gave. */
export function findHome(environment: NodeJS.ProcessEnv, directory?: string): Home {
  const parsed = Environment.safeParse({
    ...environment,
    DATABASE_URL: valueOf('DATABASE_URL', environment),
    REDIS_URL: valueOf('REDIS_URL', environment),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Fault(
      'usage',
      `the environment variable ${String(issue?.path[0])} is not valid: ${issue?.message ?? ''}`,
    );
  }
  const { SLEEPTALK_HOME, XDG_DATA_HOME, DATABASE_URL, REDIS_URL } = parsed.data;
  const root = resolve(
    directory ?? SLEEPTALK_HOME ?? join(XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'sleeptalk'),
  );
  return {
    directory: root,
    ledger: join(root, 'ledger'),
    files: join(root, 'files'),
    evidence: join(root, 'evidence'),
    logs: join(root, 'logs'),
    databaseUrl: DATABASE_URL ?? null,
    redisUrl: REDIS_URL ?? null,
  };
}

/** An address holds a password, so it may stand in a file that `<NAME>_FILE` names. Empty counts as absent. */
function valueOf(name: 'DATABASE_URL' | 'REDIS_URL', environment: NodeJS.ProcessEnv): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name] || undefined;
  if (environment[name]) throw new Fault('usage', `${name} and ${name}_FILE are both set: one of them is enough`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Fault('usage', `${name}_FILE: ${printable((error as Error).message)}`, { cause: error });
  }
}
