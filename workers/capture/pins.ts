/**
 * Which hosts are passed through unread: those said to be pinned beforehand, and those whose app would not accept our
 * certificate. A suspicion only: an app that opens connections ahead of need and drops them looks the same.
 */
export interface PinBook {
  isPassedThrough(host: string): 'preloaded' | 'learnt' | null;
  /** The app refused our certificate with an alert. True where this made the host a suspected pin. */
  refused(host: string): boolean;
  /** The app closed during or right after the handshake and sent nothing. True as above. */
  closedUnused(host: string): boolean;
  /** The app sent a request over an intercepted connection: strikes against the host are forgotten. */
  used(host: string): void;
}

/** Two refusals, or three silent closes. */
const LIMIT = 6;
const REFUSAL = 3;
const SILENT_CLOSE = 2;
const MOST_HOSTS = 2000;

/** @param preloaded host names; one that begins with `.` or `*.` stands for all names below it. */
export function createPinBook(preloaded: readonly string[]): PinBook {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const pattern of preloaded.map((host) => host.toLowerCase())) {
    if (pattern.startsWith('*.')) suffixes.push(pattern.slice(1));
    else if (pattern.startsWith('.')) suffixes.push(pattern);
    else exact.add(pattern);
  }
  const strikes = new Map<string, number>();
  const learnt = new Set<string>();
  const strike = (host: string, weight: number): boolean => {
    const sum = (strikes.get(host) ?? 0) + weight;
    if (sum < LIMIT) {
      strikes.delete(host);
      strikes.set(host, sum);
      const oldest = strikes.keys().next().value;
      if (strikes.size > MOST_HOSTS && oldest !== undefined) strikes.delete(oldest);
      return false;
    }
    strikes.delete(host);
    if (learnt.size < MOST_HOSTS) learnt.add(host);
    return learnt.has(host);
  };
  return {
    isPassedThrough(host) {
      if (exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix))) return 'preloaded';
      return learnt.has(host) ? 'learnt' : null;
    },
    refused: (host) => strike(host, REFUSAL),
    closedUnused: (host) => strike(host, SILENT_CLOSE),
    used: (host) => void strikes.delete(host),
  };
}
