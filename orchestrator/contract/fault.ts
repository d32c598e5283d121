import { FAULTS, type FaultCode } from './faults.ts';

/**
 * The one error type that crosses rooms. `code` is a row of {@link FAULTS}; `detail` names what was wrong and where,
 * in one sentence, with hostile text already made printable by {@link printable}.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly detail: string;

  constructor(code: FaultCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }

  get retryable(): boolean {
    return FAULTS[this.code].retryable;
  }

  /** Exit status of the command line: 2 where the input or its use is at fault, 1 where the machine is. */
  get exitStatus(): 1 | 2 {
    return FAULTS[this.code].exit;
  }

  toJSON(): { code: FaultCode; detail: string } {
    return { code: this.code, detail: this.detail };
  }
}

/** Escapes control and bidirectional characters, so that text from an APK cannot drive a terminal or a log. */
export function printable(text: string, most = 200): string {
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
