import { Fault } from '../../contract/fault.ts';
import { FAULTS } from '../../contract/faults.ts';
import type { Typed } from '../pages/form.ts';

/** Faults that are the page's own: nothing that was typed could mend them. */
const NOT_THE_FORM = new Set<Fault['code']>([
  'unauthenticated',
  'forbidden',
  'request-forged',
  'rate-limited',
  'cancelled',
]);

/**
 * What was typed together with why it was refused, so that the form can be shown again.
 * @throws the error itself where it is no fault of what was typed
 */
export function refused(
  error: unknown,
  values: Typed['values'],
  fieldOf: Partial<Record<Fault['code'], string>> = {},
): Typed {
  if (!(error instanceof Fault) || NOT_THE_FORM.has(error.code)) throw error;
  const { status, message } = FAULTS[error.code];
  if (status >= 500 || status === 404) throw error;
  return { values, problems: { [fieldOf[error.code] ?? 'form']: `${message} ${error.detail}` } };
}

/** Words for the fields that did not pass; `issues` as zod gives them. */
export function wrongFields(
  issues: readonly { readonly path: readonly PropertyKey[] }[],
  values: Typed['values'],
  words: Readonly<Record<string, string>>,
): Typed {
  const names = issues.map(({ path }) => String(path[0] ?? 'form'));
  return {
    values,
    problems: Object.fromEntries(names.map((name) => [name, words[name] ?? `${name}: not as expected.`])),
  };
}
