import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../workers/handset/system.ts';
import { shellUnderTest } from './shell-under-test.ts';

const ENTRY: LogEntry = { buffer: 'main', pid: 1234, tid: 1240, uid: 10_050, priority: 'W', tag: 'Tag', text: 'hello' };

function logged(...changes: readonly Partial<LogEntry>[]) {
  const shell = shellUnderTest();
  for (const change of changes) shell.logs.write({ ...ENTRY, ...change });
  return shell;
}

describe('logcat', () => {
  it.each([
    ['threadtime', '01-05 08:00:00.000  1234  1240 W Tag     : hello\n'],
    ['brief', 'W/Tag     ( 1234): hello\n'],
    ['time', '01-05 08:00:00.000 W/Tag     ( 1234): hello\n'],
    ['tag', 'W/Tag     : hello\n'],
    ['raw', 'hello\n'],
    ['epoch', '1767600000.000  1234  1240 W Tag     : hello\n'],
    ['threadtime -v year -v uid', '2026-01-05 08:00:00.000 u0_a50  1234  1240 W Tag     : hello\n'],
    ['long', '[ 01-05 08:00:00.000  1234: 1240 W/Tag      ]\nhello\n\n'],
  ])('-v %s', async (format, line) => {
    expect((await logged({}).run(`logcat -d -v ${format}`)).out).toBe(`--------- beginning of main\n${line}`);
  });

  it.each([
    ['Tag:W *:S', ['hello', 'worse']],
    ['Tag:E *:S', ['worse']],
    ['-s Other', ['other']],
    ['*:I', ['hello', 'other', 'worse']],
    ['-e ^o', ['other']],
    ['-t 1', ['worse']],
    ['-m 1', ['hello']],
    ['--pid=7', ['other']],
    ['-b events', ['[0,1]']],
  ])('%s selects', async (selection, texts) => {
    const shell = logged(
      {},
      { tag: 'Other', text: 'other', priority: 'I', pid: 7 },
      { priority: 'E', text: 'worse' },
      { buffer: 'events', tag: 'am_x', text: '[0,1]', priority: 'I' },
    );
    const { out } = await shell.run(`logcat -d -v raw ${selection}`);
    expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('---'))).toEqual(texts);
  });

  it('-T takes the device time, and -c clears', async () => {
    const shell = logged({});
    await shell.clock.advance(10_000);
    shell.logs.write({ ...ENTRY, text: 'later' });
    expect((await shell.run("logcat -d -v raw -T '01-05 08:00:05.000'")).out).toContain('later');
    expect((await shell.run("logcat -d -v raw -T '01-05 08:00:05.000'")).out).not.toContain('hello');
    expect((await shell.run('logcat -d -v raw -T 1767600005.0')).out).not.toContain('hello');
    expect((await shell.run('logcat -c; logcat -d')).out).toBe('');
  });

  it('follows: what is written after it began comes at once', async () => {
    const shell = logged({});
    const client = new AbortController();
    const following = shell.run(
      'logcat -v raw | while read line; do echo "got $line"; [ "$line" = last ] && exit; done',
      {
        signal: client.signal,
      },
    );
    await shell.clock.advance(1);
    shell.logs.write({ ...ENTRY, text: 'new' });
    await shell.clock.advance(1);
    shell.logs.write({ ...ENTRY, text: 'last' });
    await shell.clock.advance(1);
    client.abort();
    expect((await following).out).toBe('got --------- beginning of main\ngot hello\ngot new\ngot last\n');
  });

  it('-B writes the entries of liblog: length, pid, tid, time, priority, tag and text', async () => {
    const { out } = await logged({}).run('logcat -d -B | base64 -w 0');
    const entry = Buffer.from(out, 'base64');
    const numbers = [entry.readUInt16LE(0), ...[4, 8, 12, 16].map((at) => entry.readInt32LE(at)), entry[20]];
    expect(numbers).toEqual([entry.length - 20, 1234, 1240, 1767600000, 0, 5]);
    expect(entry.subarray(21).toString()).toBe('Tag\0hello\0');
  });

  it('the ring forgets the oldest and keeps its size', async () => {
    const shell = logged();
    for (let index = 0; index < 2000; index++) shell.logs.write({ ...ENTRY, text: `${index} ${'x'.repeat(500)}` });
    const { usedBytes, mostBytes } = shell.logs.usage('main');
    expect(usedBytes).toBeLessThanOrEqual(mostBytes);
    const { out } = await shell.run('logcat -d -v raw -t 1');
    expect(out).toContain('1999 ');
  });

  it('an unknown buffer or format is refused', async () => {
    expect(await logged().run('logcat -b none')).toMatchObject({ status: 1 });
    expect(await logged().run('logcat -v none')).toMatchObject({ status: 1 });
  });
});
