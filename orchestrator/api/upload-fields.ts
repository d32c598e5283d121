import { SubmissionRequest } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';

const KNOWN = Object.keys(SubmissionRequest.shape);
const NUMBERS: readonly string[] = ['minutes', 'seed', 'apiLevel', 'clockRate'];
const FLAGS: readonly string[] = ['again'];
const JSON_FIELDS: readonly string[] = ['tunables'];

/**
 * The fields of a form as a request: numbers, flags and JSON from their text; an empty field is one not given.
 * @throws Fault `request-malformed` naming the field and what was expected
 */
export function requestOfFields(fields: ReadonlyMap<string, string>): SubmissionRequest {
  const given: Record<string, unknown> = {};
  for (const [name, text] of fields) {
    if (!KNOWN.includes(name)) {
      const known = `known are ${[...KNOWN].sort().join(', ')}`;
      throw new Fault('request-malformed', `${printable(name, 60)}: there is no such field; ${known}`);
    }
    if (text.includes('\0')) throw new Fault('request-malformed', `${name}: expected text without NUL`);
    if (text !== '') given[name] = valueOf(name, text);
  }
  const parsed = SubmissionRequest.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Fault('request-malformed', printable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`));
}

function valueOf(name: string, text: string): unknown {
  if (NUMBERS.includes(name)) {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw new Fault('request-malformed', `${name}: expected a number`);
    return value;
  }
  if (FLAGS.includes(name)) {
    if (text === 'true' || text === 'on') return true;
    if (text === 'false') return false;
    throw new Fault('request-malformed', `${name}: expected true or false`);
  }
  if (!JSON_FIELDS.includes(name)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('request-malformed', `${name}: expected JSON`, { cause: error });
  }
}
