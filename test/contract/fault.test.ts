import { describe, expect, it } from 'vitest';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { FAULTS } from '../../orchestrator/contract/faults.ts';

describe('a fault', () => {
  it('says its code, and what was wrong where', () => {
    const fault = new Fault('apk-truncated', 'torch.apk ends at byte 812 of 9,120');
    expect(fault.message).toBe('apk-truncated: torch.apk ends at byte 812 of 9,120');
    expect(fault.toJSON()).toEqual({ code: 'apk-truncated', detail: 'torch.apk ends at byte 812 of 9,120' });
  });

  it('of the input ends a command with 2 and is not retried; of the machine with 1', () => {
    expect(new Fault('apk-not-zip', '').exitStatus).toBe(2);
    expect(new Fault('apk-not-zip', '').retryable).toBe(false);
    expect(new Fault('device-offline', '').exitStatus).toBe(1);
    expect(new Fault('device-offline', '').retryable).toBe(true);
  });

  it.each(Object.entries(FAULTS))('%s has a whole sentence and a status that fits its exit', (_code, row) => {
    expect(row.message).toMatch(/^\S.*\.$/);
    expect(row.status >= 400 && row.status <= 599).toBe(true);
    if (row.exit === 2) expect(row.status).toBeLessThan(500);
  });
});

describe('printable', () => {
  it('shows control and bidirectional characters instead of obeying them', () => {
    expect(printable('a\u001b[31mb\u202ec\nd')).toBe('a\\u001b[31mb\\u202ec\\u000ad');
  });

  it('cuts what is long', () => {
    expect(printable('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}…`);
  });
});
