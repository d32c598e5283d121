import { describe, expect, it } from 'vitest';
import type { Allowance } from '../../orchestrator/contract/review.ts';
import { allowlistCsv, allowlistJson } from '../../orchestrator/export/allowlist.ts';

const torch = {
  id: 'alw-1',
  package: 'org.example.torch',
  label: 'Torch',
  signers: ['a'.repeat(64), 'b'.repeat(64)],
  versionCode: 7,
  versionName: '1.7',
  sha256: 'c'.repeat(64),
  function: 'tool',
  report: 'report-1',
  verdict: 'consistent',
  override: false,
  approvedBy: [
    { person: 'usr-1', name: 'Ada' },
    { person: 'usr-2', name: 'Grace' },
  ],
  reason: 'Quiet, as a torch should be',
  since: '2026-01-01T00:00:00.000Z',
  until: '2027-06-30',
  state: 'active',
  ended: null,
} satisfies Allowance;

/** Lines and fields of RFC 4180, read by its grammar. */
function parse(csv: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    lines.push(fields);
    fields = [];
  }
  return lines;
}

describe('the allowlist as CSV', () => {
  it('has a line of names and one for each allowance', () => {
    const [names = [], values = [], ...more] = parse(allowlistCsv([torch]));
    expect(more).toEqual([]);
    expect(Object.fromEntries(names.map((name, at) => [name, values[at]]))).toEqual({
      package: 'org.example.torch',
      label: 'Torch',
      signers: `${'a'.repeat(64)} ${'b'.repeat(64)}`,
      versionCode: '7',
      versionName: '1.7',
      sha256: 'c'.repeat(64),
      function: 'tool',
      state: 'active',
      verdict: 'consistent',
      override: 'false',
      approvedBy: 'Ada; Grace',
      reason: 'Quiet, as a torch should be',
      since: '2026-01-01T00:00:00.000Z',
      until: '2027-06-30',
      endedAt: '',
      endedBecause: '',
      report: 'report-1',
      id: 'alw-1',
    });
  });

  it('of nothing is the line of names alone', () => {
    expect(parse(allowlistCsv([])).length).toBe(1);
  });

  it.each([
    ['=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'],
    ['+1', "'+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', '\\u0009=1'],
    ['a\r\n=1', 'a\\u000d\\u000a=1'],
    ['＝1', "'＝1"],
    ['\u00a0=1', "'\u00a0=1"],
    ['\u202egpj.exe', '\\u202egpj.exe'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['"quoted", twice', '"quoted", twice'],
    ['=' + 'x'.repeat(10_000), "'=" + 'x'.repeat(10_000)],
  ])('shows %j inert', (label, shown) => {
    const [names = [], values = []] = parse(allowlistCsv([{ ...torch, label }]));
    expect(values[names.indexOf('label')]).toBe(shown);
    expect(values.length).toBe(names.length);
  });
});

describe('the allowlist as JSON', () => {
  it('gives the allowances back as they are, and no character that drives a viewer', () => {
    const hostile = { ...torch, label: '\u202e\u001b[31m</script>\n"\\', reason: 'two\nlines' };
    const text = allowlistJson([torch, hostile]);
    expect(JSON.parse(text)).toEqual({ schema: 'sleeptalk-allowlist-1', allowances: [torch, hostile] });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e]/);
  });
});
