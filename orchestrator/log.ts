import { stdTimeFunctions, type LoggerOptions } from 'pino';
import { printable } from './contract/fault.ts';

/** What signs a person in, and what we sign with: struck out wherever it stands in what is logged. */
const SECRET = ['authorization', 'cookie', 'set-cookie', 'token', 'secret', 'password', 'csrf', 'verifier'];
/** One-time codes are called as the codes of faults are: these go where a request's fields stand, those in `fault` stay. */
const CODES = ['code', 'query.code', 'body.code', '*.query.code', '*.body.code'];
const PATHS = [...SECRET.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), ...CODES];

/**
 * How the service and its workers log: a line of JSON for each event, with secrets struck out by name. Text from outside
 * is made printable, so that no line can drive the terminal of whoever reads it. A fault is logged as `fault`, by its code
 * or whole.
 */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: PATHS, censor: '[redacted]' },
    formatters: {
      level: (label) => ({ level: label }),
      log: (entry) => inert(entry, 0) as Record<string, unknown>,
    },
    serializers: { err: described },
  };
}

/** The same value with every text in it printable and bounded. */
function inert(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printable(value, 1000);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (value instanceof Error) return described(value);
  if (depth > 4) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => inert(one, depth + 1));
  // Only plain data is walked: requests, sockets and the like are for serializers.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [printable(key, 100), inert(one, depth + 1)]));
}

function described(error: unknown): unknown {
  if (!(error instanceof Error)) return inert(error, 1);
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: printable(message, 1000),
    stack: stack?.split('\n').map((line) => printable(line, 300)),
    ...(cause instanceof Error ? { cause: printable(cause.message, 500) } : {}),
  };
}
