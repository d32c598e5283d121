import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fault, printable } from './contract/fault.ts';

/** One setting of the service: its schema, what it means, and whether `<NAME>_FILE` may hold it as a secret. */
interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly meaning: string;
  readonly secret?: boolean;
}

const count = (least: number, most: number, otherwise: number) =>
  z.coerce.number().int().min(least).max(most).default(otherwise);
const flag = (otherwise: boolean) =>
  z
    .enum(['true', 'false'])
    .default(otherwise ? 'true' : 'false')
    .transform((text) => text === 'true');
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** Every setting of the service and its workers. docs/operations.md shows this table. */
export const SETTINGS = {
  SLEEPTALK_LISTEN: {
    schema: z
      .string()
      .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'expected HOST:PORT')
      .default('127.0.0.1:8080'),
    meaning: 'address and port of the API and the pages; port 0 takes a free one',
  },
  SLEEPTALK_PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    meaning: 'the address under which people reach the service; https makes its cookies secure',
  },
  SLEEPTALK_TRUST_PROXY: { schema: flag(false), meaning: 'true: the client address is taken from X-Forwarded-For' },
  SLEEPTALK_MAX_UPLOAD_BYTES: {
    schema: count(1024, 2 ** 36, 2 * 1024 ** 3),
    meaning: 'largest file of an upload',
  },
  SLEEPTALK_UPLOAD_IDLE_SECONDS: {
    schema: count(1, 3600, 30),
    meaning: 'an upload that sends nothing for so long is ended',
  },
  SLEEPTALK_RATE_PER_MINUTE: {
    schema: count(1, 1_000_000, 600),
    meaning: 'requests a minute for each token, session or, before sign-in, address',
  },
  SLEEPTALK_SESSION_HOURS: { schema: count(1, 24 * 30, 12), meaning: 'how long a sign-in to the pages lasts' },
  SLEEPTALK_OIDC_ISSUER: {
    schema: z.url().optional(),
    meaning: 'OpenID Connect issuer; sign-in by it is offered where set',
  },
  SLEEPTALK_OIDC_CLIENT_ID: { schema: z.string().min(1).optional(), meaning: 'client id at that issuer' },
  SLEEPTALK_OIDC_CLIENT_SECRET: {
    schema: z.string().min(1).optional(),
    meaning: 'client secret at that issuer',
    secret: true,
  },
  SLEEPTALK_OIDC_ROLE_CLAIM: {
    schema: z.string().min(1).default('sleeptalk_role'),
    meaning: 'claim that holds submitter, reviewer or admin; without it a person is a submitter',
  },
  SLEEPTALK_WEBHOOK_SECRET: {
    schema: z.string().min(32).optional(),
    meaning: 'key of the signatures of webhooks; made and kept in the ledger where not given',
    secret: true,
  },
  SLEEPTALK_WEBHOOK_ALLOW: {
    schema: list,
    meaning: 'address ranges (CIDR, separated by commas) that callbacks may reach although they are private',
  },
  SLEEPTALK_S3_BUCKET: {
    schema: z.string().min(3).optional(),
    meaning: 'bucket for files; without it they lie on disk',
  },
  SLEEPTALK_S3_ENDPOINT: { schema: z.url().optional(), meaning: 'address of an S3-compatible store other than AWS' },
  SLEEPTALK_S3_REGION: { schema: z.string().min(1).default('us-east-1'), meaning: 'region of the bucket' },
  SLEEPTALK_S3_ACCESS_KEY: { schema: z.string().min(1).optional(), meaning: 'access key id', secret: true },
  SLEEPTALK_S3_SECRET_KEY: { schema: z.string().min(1).optional(), meaning: 'secret access key', secret: true },
  SLEEPTALK_DEVICES: {
    schema: z.string().default('simulated:1'),
    meaning:
      'what a worker serves, separated by commas: CLASS:PLACES for simulated handsets, CLASS=SERIAL or CLASS=avd/NAME for others',
  },
  SLEEPTALK_WORKER_NAME: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .optional(),
    meaning: 'name of a worker in the list of devices (default: host name and process)',
  },
  SLEEPTALK_WORKER_NICE: {
    schema: count(0, 19, 0),
    meaning: 'how much a worker gives way to other programs of its machine, such as the service: its niceness, 0 to 19',
  },
  SLEEPTALK_KEEP_SAMPLE_DAYS: { schema: count(0, 36_500, 0), meaning: 'days APKs are kept; 0: for ever' },
  SLEEPTALK_KEEP_EVIDENCE_DAYS: { schema: count(0, 36_500, 0), meaning: 'days evidence bundles are kept; 0: for ever' },
  SLEEPTALK_KEEP_SCREEN_DAYS: { schema: count(0, 36_500, 30), meaning: 'days screen thumbnails are kept; 0: for ever' },
  SLEEPTALK_KEEP_EVENT_DAYS: { schema: count(0, 36_500, 30), meaning: 'days progress events are kept; 0: for ever' },
  SLEEPTALK_REVET_DAYS: {
    schema: count(0, 3650, 0),
    meaning: 'days after which an allowed app is vetted again; 0: never',
  },
  SLEEPTALK_LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
    meaning: 'least level that is logged',
  },
  SLEEPTALK_TRACES: {
    schema: flag(false),
    meaning: 'true: OpenTelemetry traces of the queue, through the SDK that the process was started with',
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;

/** The settings by name, parsed. Units are in the names. */
export type ServiceConfig = { readonly [Key in Name]: z.output<(typeof SETTINGS)[Key]['schema']> };

/**
 * Reads the environment once, at the door. A secret may stand in a file that `<NAME>_FILE` names.
 * @throws Fault `config-invalid` naming the variable and what was expected
 */
export function readConfig(environment: NodeJS.ProcessEnv): ServiceConfig {
  const found: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [Name, Setting][]) {
    const parsed = setting.schema.safeParse(valueOf(name, setting, environment));
    if (!parsed.success) {
      throw new Fault('config-invalid', `${name}: ${printable(parsed.error.issues[0]?.message ?? 'not valid')}`);
    }
    found[name] = parsed.data;
  }
  return found as ServiceConfig;
}

/** An empty variable counts as absent: compose files set those that a person left out to nothing. */
function valueOf(name: Name, setting: Setting, environment: NodeJS.ProcessEnv): string | undefined {
  const file = setting.secret === true ? environment[`${name}_FILE`] : undefined;
  if (file === undefined || file === '') return environment[name] === '' ? undefined : environment[name];
  if (environment[name])
    throw new Fault('config-invalid', `${name} and ${name}_FILE are both set: one of them is enough`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Fault('config-invalid', `${name}_FILE: ${printable((error as Error).message)}`, { cause: error });
  }
}
