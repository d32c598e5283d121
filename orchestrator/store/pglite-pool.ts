import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';

export interface SqlResult {
  readonly command: string;
  readonly rowCount: number;
  readonly rows: never[];
}

export interface SqlClient {
  query(text: string, values?: readonly unknown[]): Promise<SqlResult>;
  release(destroy?: boolean): void;
}

/** What the ledger and the queue need of a `pg.Pool`; a real one satisfies it. */
export interface SqlPool {
  query(text: string, values?: readonly unknown[]): Promise<SqlResult>;
  connect(): Promise<SqlClient>;
  end(): Promise<void>;
}

/**
 * PGlite, which has one session, in the shape of a `pg.Pool`.
 *
 * Queries take turns; a client that opens a transaction keeps the turn until it commits or rolls back, so a query of
 * another client waits rather than land inside it. Never await another client within a transaction: it waits for ever.
 * Every query gives the event loop a turn first: PGlite computes synchronously and a busy queue would starve timers.
 */
export class PglitePool extends EventEmitter implements SqlPool {
  /** BullMQ reads this to know whether a lost LISTEN connection is noticed; within one process none is ever lost. */
  readonly options = { keepAlive: true };
  readonly #database: PGlite;
  readonly #clients = new Set<PgliteClient>();
  #turn: Promise<void> = Promise.resolve();

  constructor(database: PGlite) {
    super();
    this.setMaxListeners(0); // each part of the queue adds its own
    this.#database = database;
    database.onNotification((channel, payload) => {
      for (const client of this.#clients) client.emit('notification', { channel, payload, processId: process.pid });
    });
  }

  async query(text: string, values?: readonly unknown[]): Promise<SqlResult> {
    const endTurn = await this.takeTurn();
    try {
      return await this.run(text, values);
    } finally {
      endTurn();
    }
  }

  async connect(): Promise<PgliteClient> {
    const client = new PgliteClient(this, () => this.#clients.delete(client));
    this.#clients.add(client);
    return Promise.resolve(client);
  }

  /** The database belongs to whoever opened it; ending the pool only waits for the query that runs. */
  async end(): Promise<void> {
    const endTurn = await this.takeTurn();
    this.#clients.clear();
    endTurn();
  }

  /** The data directory between two transactions, as a gzipped tar. */
  async dump(): Promise<Blob> {
    const endTurn = await this.takeTurn();
    try {
      await this.run('checkpoint');
      return await this.#database.dumpDataDir('gzip');
    } finally {
      endTurn();
    }
  }

  /** Resolves with the function that passes the turn on. */
  takeTurn(): Promise<() => void> {
    let endTurn = (): void => {};
    const mine = new Promise<void>((resolve) => (endTurn = resolve));
    const before = this.#turn;
    this.#turn = before.then(() => mine);
    return before.then(() => endTurn);
  }

  /** Runs one query for the holder of the turn. Text without values may hold several statements, as with pg. */
  async run(text: string, values?: readonly unknown[]): Promise<SqlResult> {
    await new Promise((resolve) => setImmediate(resolve));
    if (values !== undefined && values.length > 0) {
      return asPgResult(text, await this.#database.query(text, [...values]));
    }
    const results = await this.#database.exec(text);
    return asPgResult(text, results.at(-1));
  }
}

class PgliteClient extends EventEmitter implements SqlClient {
  readonly #pool: PglitePool;
  readonly #forget: () => void;
  #endTurn: (() => void) | null = null;

  constructor(pool: PglitePool, forget: () => void) {
    super();
    this.#pool = pool;
    this.#forget = forget;
  }

  async query(text: string, values?: readonly unknown[]): Promise<SqlResult> {
    const held = this.#endTurn;
    const endTurn = held ?? (await this.#pool.takeTurn());
    let keeps = held !== null;
    try {
      const result = await this.#pool.run(text, values);
      if (/^\s*(begin|start\s+transaction)\b/i.test(text)) keeps = true;
      return result;
    } finally {
      if (/^\s*(commit|rollback(?!\s+to)|abort|end)\b/i.test(text)) keeps = false;
      this.#endTurn = keeps ? endTurn : null;
      if (!keeps) endTurn();
    }
  }

  /** Gives the client back. A transaction left open is rolled back, as closing a real connection would. */
  release(): void {
    this.#forget();
    const endTurn = this.#endTurn;
    this.#endTurn = null;
    if (endTurn === null) return;
    this.#pool
      .run('rollback')
      .catch(() => undefined) // the transaction is gone with the session that failed
      .finally(endTurn);
  }
}

function asPgResult(text: string, result: Results<unknown> | undefined): SqlResult {
  const command = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
  const rows = (result?.rows ?? []) as never[];
  const changes = /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command);
  return { command, rows, rowCount: changes ? (result?.affectedRows ?? rows.length) : rows.length };
}
