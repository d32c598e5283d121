/** Classes of SQLSTATE by which a server says that it is not there for now (PostgreSQL docs, appendix A). */
const AWAY = /^(08|57P0[1-4]$|53300$)/;
const LOST = /^(ECONNRESET|ECONNREFUSED|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const LOST_WORDS = /terminated|connection timeout|not queryable|Client has encountered a connection error/i;

/** True where an error of PostgreSQL or its connection says that the server is away, and not that a query was wrong. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  return (typeof code === 'string' && (AWAY.test(code) || LOST.test(code))) || LOST_WORDS.test(error.message);
}
