import { Fault, printable } from '../contract/fault.ts';

/**
 * The best of `offered` for an Accept header (RFC 9110, 12.5.1): the largest q wins, then the order in which they are
 * offered; a more specific range overrides a wider one.
 * @throws Fault `not-acceptable` where none of them is accepted
 */
export function negotiate<Type extends string>(accept: string | undefined, offered: readonly [Type, ...Type[]]): Type {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map(rangeOf);
  let best: { type: Type; q: number } | null = null;
  for (const type of offered) {
    const q = qualityOf(type, ranges);
    if (q > 0 && (best === null || q > best.q)) best = { type, q };
  }
  if (best !== null) return best.type;
  throw new Fault('not-acceptable', `${printable(accept)}; there are ${offered.join(', ')}`);
}

interface Range {
  readonly type: string;
  readonly q: number;
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((one) => one.startsWith('q='));
  const value = q === undefined ? 1 : Number(q.slice(2));
  return { type, q: Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : 0 };
}

function qualityOf(type: string, ranges: readonly Range[]): number {
  const [family = ''] = type.split('/');
  for (const wanted of [type, `${family}/*`, '*/*']) {
    const range = ranges.find((one) => one.type === wanted);
    if (range !== undefined) return range.q;
  }
  return 0;
}
