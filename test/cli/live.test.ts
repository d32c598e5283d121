import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { describe as describeProgress, LiveView } from '../../cli/live.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        done();
      },
    });
  return { written, terminal: { out: sink(), err: Object.assign(sink(), { isTTY, columns: 90 }) } };
}

describe('live progress', () => {
  it('says step, share, counts and time left in one line', () => {
    const words = describeProgress({
      stage: 'examine',
      step: 'background',
      done: 0.5,
      sessions: 3,
      pushes: 1,
      secondsLeft: 12.2,
    });
    expect(words).toBe('[████████········]  examine: background  3 sessions  1 push  13 s left');
  });

  it('in a log, writes a line a step and not one an update', () => {
    const { written, terminal: log } = terminal(false);
    using view = new LiveView(log);
    view.begin('a', 'torch.apk');
    view.update('a', { stage: 'examine', step: 'background', sessions: 1 });
    view.update('a', { stage: 'examine', step: 'background', sessions: 2 });
    view.update('a', { stage: 'examine', step: 'locked', sessions: 2 });
    view.end('a', 'inconsistent');
    expect(written).toEqual([
      'torch.apk  examine: background  1 session\n',
      'torch.apk  examine: locked  2 sessions\n',
      'torch.apk  inconsistent\n',
    ]);
  });

  it('on a terminal, redraws its lines in place and never wider than the terminal', () => {
    const { written, terminal: screen } = terminal(true);
    {
      using view = new LiveView(screen);
      view.begin('a', 'torch.apk');
      view.begin('b', 'chat.apk');
      view.end('a', 'x'.repeat(200));
      view.end('b', 'consistent');
    }
    const last = written.at(-1) ?? '';
    expect(last.startsWith('\u001b[2A')).toBe(true);
    for (const row of last.replace(/\u001b\[\d*[A-K]/g, '').split('\n')) expect(row.length).toBeLessThan(90);
  });

  it('cannot be driven by a file name', () => {
    const { written, terminal: log } = terminal(false);
    using view = new LiveView(log);
    view.begin('a', '\u001b[2Jevil.apk');
    view.end('a', 'done');
    expect(written.join('')).not.toContain('\u001b');
  });
});
