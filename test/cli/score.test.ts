import { readFile, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readingView } from '../../cli/reading.ts';
import { openDesk, type Desk } from '../support/command.ts';

const captures = resolve(import.meta.dirname, '../../../shared/data/captures');

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const HEADER = '#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tproto\torig_bytes\tresp_bytes\tx\n';
const rows = (host: string): string =>
  Array.from(
    { length: 10 },
    (_, i) => `${1_700_000_000 + i * 300}\t${host}\t203.0.113.9\t443\ttcp\t412\t308\t-\n`,
  ).join('');

describe('sleeptalk score', () => {
  it('says what it reads', async () => {
    const { out } = await desk.run(['score', '--help']);
    for (const word of ['pcapng', 'HAR', 'Zeek', 'PCAPdroid', 'CSV', 'gzip', '--host', '--uid', '--phase']) {
      expect(out).toContain(word);
    }
  });

  it('judges a log, and states on stdout and in the report how much of it could not be read', async () => {
    await writeFile(desk.path('conn.log'), `${HEADER}${rows('10.0.0.5')}nonsense\n`);
    const ran = await desk.run([
      'score',
      '--capture',
      desk.path('conn.log'),
      '--function',
      'torch',
      '--out',
      desk.path('o'),
    ]);
    expect([0, 10, 11]).toContain(ran.status);
    expect(ran.out.split('\n')[0]).toMatch(/^(consistent|inconsistent|inconclusive)$/);
    expect(ran.out).toContain('\n  Of the capture, 1 record and 9 bytes were not read; the report says which.\n');
    expect(ran.err).toBe('');
    const page = await readFile(desk.path('o/report.html'), 'utf8');
    expect(page).toContain('1 line of 9 bytes could not be read: line 12');
    expect(page).toContain('Bytes of the capture unread');
  });

  it('asks for the device where a log holds several, and takes it', async () => {
    await writeFile(desk.path('two.log'), HEADER + rows('10.0.0.5') + rows('10.0.0.6'));
    const ran = await desk.run(['score', '--capture', desk.path('two.log')]);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(
      /^sleeptalk: capture-ambiguous: .*choose one with --host: 10\.0\.0\.5 \(10\), 10\.0\.0\.6 \(10\)/,
    );
    const chosen = await desk.run(['score', '--capture', desk.path('two.log'), '--host', '10.0.0.6', '--json']);
    expect(JSON.parse(chosen.out)).toMatchObject({ provenance: { skippedLines: 0, unreadBytes: 0 } });
  });

  it.each([
    ['an empty file', '', /^sleeptalk: capture-malformed: .*empty/],
    [
      'something else',
      'Dear reader,\n',
      /^sleeptalk: capture-malformed: .*line 1: expected a header .*\(read are capture/,
    ],
  ])('of %s says so in one sentence', async (_what, content, message) => {
    await writeFile(desk.path('other'), content);
    const ran = await desk.run(['score', '--capture', desk.path('other')]);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(message);
  });

  it('of a folder or a file that is not there says so', async () => {
    expect((await desk.run(['score', '--capture', desk.path('.')])).err).toMatch(
      /^sleeptalk: file-unreadable: .*it is a folder/,
    );
    expect((await desk.run(['score', '--capture', desk.path('none')])).err).toMatch(
      /^sleeptalk: file-unreadable: .*no such/,
    );
  });

  it('refuses a uid that is none', async () => {
    const ran = await desk.run(['score', '--capture', desk.path('conn.log'), '--uid', 'torch']);
    expect(ran.err).toMatch(/^sleeptalk: usage: .*--uid.*expected a whole number from 0 to/);
  });

  it('gives a verdict or one sentence for every capture of ../shared (none are checked where it is absent)', async () => {
    const names = existsSync(captures) ? readdirSync(captures).filter((name) => name !== 'README.md') : [];
    for (const name of names) {
      const ran = await desk.run(['score', '--capture', resolve(captures, name), '--function', 'torch']);
      const verdict = /^(consistent|inconsistent|inconclusive)\n {2}\S.*\.\n/.test(ran.out) && ran.err === '';
      const choice = ran.out === '' && /^sleeptalk: capture-ambiguous: [^\n]*--host: [^\n]*\n$/.test(ran.err);
      expect(verdict || choice, `${name}: ${ran.out}${ran.err}`).toBe(true);
      expect([0, 10, 11]).toContain(verdict ? ran.status : 0);
    }
  }, 60_000);
});

describe('the line that shows how far reading has come', () => {
  const terminal = (isTTY: boolean): { text: () => string; view: ReturnType<typeof readingView>; tick: () => void } => {
    let written = '';
    let nowMs = 0;
    const err = { isTTY, write: (text: string) => ((written += text), true) };
    const out = err as unknown as NodeJS.WriteStream;
    const view = readingView({ out, err: out }, '/x/\u001b[2Jbig.pcap', () => nowMs);
    return { text: () => written, view, tick: () => void (nowMs += 200) };
  };
  const MiB = 1_048_576;

  it('is drawn on a terminal for a large file, ten times a second at most, and wiped at the end', () => {
    const { text, view, tick } = terminal(true);
    view.show(10 * MiB, 100 * MiB);
    view.show(11 * MiB, 100 * MiB);
    tick();
    view.show(50 * MiB, 100 * MiB);
    view.end();
    expect(text()).toBe(
      '\r\u001b[Kreading \\u001b[2Jbig.pcap: 10 % of 100 MiB\r\u001b[Kreading \\u001b[2Jbig.pcap: 50 % of 100 MiB\r\u001b[K',
    );
  });

  it('is not drawn for a small file, nor where nobody looks', () => {
    const small = terminal(true);
    small.view.show(MiB, 2 * MiB);
    small.view.end();
    const log = terminal(false);
    log.view.show(10 * MiB, 100 * MiB);
    log.view.end();
    expect(small.text() + log.text()).toBe('');
  });
});
