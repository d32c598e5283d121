import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../workers/capture/import/read.ts';
import { sessionsOf, sum } from './shelf.ts';

const captures = resolve(import.meta.dirname, '../../../shared/data/captures');
const present = existsSync(captures);
const signal = new AbortController().signal;

/** The rows of a TSV log as awk would see them: fields parted by tabs, comments left out. */
function rowsOf(path: string, width: number): string[][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length === width);
}

const bytes = (field: string | undefined): number => (field === undefined || field === '-' ? 0 : Number(field));

describe.skipIf(!present)('the real Zeek logs of ../shared (skipped where they are absent)', () => {
  const tsv = resolve(captures, 'zeek-conn.log');
  const cut = resolve(captures, 'zeek-conn-truncated.log');
  const json = resolve(captures, 'zeek-conn.json.log');

  it('TSV: connections and sums are those of its columns', async () => {
    // ts is column 1, id.orig_h 3, proto 7, orig_bytes 10, resp_bytes 11, orig_ip_bytes 18, resp_ip_bytes 20
    const rows = rowsOf(tsv, 21).filter((fields) => fields[6] !== 'icmp');
    const sessions = sessionsOf(await readCapture(tsv, { signal }));
    expect(sessions).toHaveLength(rows.length);
    expect(rows).toHaveLength(407);
    expect(sum(sessions.map(({ upBytes }) => upBytes))).toBe(sum(rows.map((fields) => bytes(fields[9]))));
    expect(sum(sessions.map(({ downBytes }) => downBytes))).toBe(sum(rows.map((fields) => bytes(fields[10]))));
    expect(sum(sessions.map((one) => one.wireUpBytes ?? 0))).toBe(sum(rows.map((fields) => bytes(fields[17]))));
    expect(sum(sessions.map((one) => one.wireDownBytes ?? 0))).toBe(sum(rows.map((fields) => bytes(fields[19]))));
    const times = rows.map((fields) => Number(fields[0])).sort((a, b) => a - b);
    expect(sessions.at(-1)!.startMs).toBe(Math.round((times.at(-1)! - times[0]!) * 1000));
  });

  it('TSV cut in the middle of a line: each device has its connections, and the cut line is counted', async () => {
    const rows = rowsOf(cut, 21);
    const text = readFileSync(cut, 'utf8');
    const devices = new Map<string, number>();
    for (const fields of rows) devices.set(fields[2]!, (devices.get(fields[2]!) ?? 0) + 1);
    expect([...devices.values()].reduce((a, b) => a + b)).toBe(58);
    for (const [host, count] of devices) {
      const capture = await readCapture(cut, { signal, host });
      expect(sessionsOf(capture)).toHaveLength(count);
      expect(capture).toMatchObject({
        skippedLines: 1,
        unreadBytes: text.length - text.lastIndexOf('\n') - 1,
      });
      expect(capture.notes[0]).toMatch(/^1 line of 86 bytes could not be read: line 67 /);
    }
  });

  it('JSON: connections and sums are those of its objects', async () => {
    const objects = readFileSync(json, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"conn"'))
      .map((line) => JSON.parse(line) as Record<string, number | string>);
    const hosts = new Set(objects.map((object) => object['id.orig_h'] as string));
    expect(hosts.size).toBe(8);
    for (const host of hosts) {
      const own = objects.filter((object) => object['id.orig_h'] === host && object['proto'] !== 'icmp');
      const sessions = sessionsOf(await readCapture(json, { signal, host }));
      expect(sessions).toHaveLength(own.length);
      expect(sum(sessions.map(({ upBytes }) => upBytes))).toBe(sum(own.map((one) => Number(one['orig_bytes'] ?? 0))));
      expect(sum(sessions.map(({ downBytes }) => downBytes))).toBe(
        sum(own.map((one) => Number(one['resp_bytes'] ?? 0))),
      );
    }
  });

  it('several devices are refused, and the busiest named', async () => {
    await expect(readCapture(json, { signal })).rejects.toThrow(
      /connections of 8 devices; .* 10\.55\.100\.111 \(14\), /,
    );
  });
});
