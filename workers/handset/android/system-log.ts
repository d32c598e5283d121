import type { Logs } from '../system.ts';

/** Log lines of system_server: its `ActivityManager` and `PackageManager` tags and the event log. */
export interface SystemLog {
  info(tag: string, text: string): void;
  warn(tag: string, text: string): void;
  /** The event log: `values` print as `[a,b,c]` (EventLogTags of frameworks/base). */
  event(tag: string, values: readonly (string | number)[]): void;
}

export function createSystemLog(logs: Logs, systemPid: number): SystemLog {
  const entry = { pid: systemPid, tid: systemPid + 21, uid: 1000 } as const;
  return {
    info: (tag, text) => logs.write({ ...entry, buffer: 'system', priority: 'I', tag, text }),
    warn: (tag, text) => logs.write({ ...entry, buffer: 'system', priority: 'W', tag, text }),
    event: (tag, values) =>
      logs.write({
        ...entry,
        buffer: 'events',
        priority: 'I',
        tag,
        text: values.length === 1 ? String(values[0]) : `[${values.join(',')}]`,
      }),
  };
}
