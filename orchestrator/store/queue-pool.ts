import { isOutage } from './outage.ts';
import type { SqlClient, SqlPool, SqlResult } from './pglite-pool.ts';

/**
 * The pool as BullMQ is given it. BullMQ tries again, instead of giving a finished job's result up, where an error's
 * code is ECONNREFUSED; a PostgreSQL that goes away or starts says so in a dozen other ways.
 */
export function queuePool(pool: SqlPool): SqlPool {
  function told(error: unknown): never {
    if (isOutage(error)) throw Object.assign(new Error(`ECONNREFUSED: ${error.message}`, { cause: error }), REFUSED);
    throw error;
  }
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query')
        return (text: string, values?: readonly unknown[]): Promise<SqlResult> =>
          target.query(text, values).catch(told);
      if (name === 'connect') return (): Promise<SqlClient> => target.connect().catch(told);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const REFUSED = { code: 'ECONNREFUSED' };
