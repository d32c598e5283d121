import { describe, expect, it } from 'vitest';
import type { Channel } from '../../orchestrator/contract/report.ts';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { beats, HOUR, judged, MINUTE, session } from '../judge/scenario.ts';
import { torchReport } from '../support/report.ts';

/** The card of the first channel, tags and the room between them left out. */
function card(page: string): string {
  const from = page.indexOf('id="channel-c1"');
  const to = page.indexOf('</details>', page.indexOf('with their lines', from));
  return page.slice(from, to).replace(/<wbr>|<wbr \/>/g, '');
}

const words = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

function withFirst(change: (channel: Channel) => Partial<Channel>): string {
  const report = torchReport();
  const [first, ...rest] = report.channels;
  return card(reportPage({ ...report, channels: [{ ...first!, ...change(first!) }, ...rest] }));
}

describe('the sub-scores of a channel', () => {
  it('stand apart, each with its bar, its value, what was measured and what it is held against', () => {
    const shown = card(reportPage(torchReport()));
    expect(words(shown)).toContain(
      'Interval regularity 0.98 jitter 2 % · BeaconIntervalVarianceThreshold: jitter up to 50 % 1 less the jitter.',
    );
    // 0.98 of 120 units
    expect(shown).toContain('aria-label="Interval regularity: 0.98 of 1"');
    expect(shown).toMatch(/class="fill" width="117.6"/);
  });

  it('what could not be said has an empty bar, no number, and its reason', () => {
    const shown = card(reportPage(torchReport()));
    expect(words(shown)).toContain('Size homogeneity – not measured No sizes are known.');
    expect(shown).toContain('aria-label="Size homogeneity: not measured"');
    expect(shown.match(/class="track none"/g)).toHaveLength(1);
  });

  it("RITA's score stands below ours, with what it means", () => {
    const shown = words(card(reportPage(torchReport())));
    expect(shown.indexOf('Cadence score 3.1 structured')).toBeGreaterThan(0);
    expect(shown.indexOf('RITA v5 score 0.91')).toBeGreaterThan(shown.indexOf('Cadence score 3.1 structured'));
    expect(shown).toContain('Mean of its four parts: intervals, sizes, histogram, duration.');
  });

  it('a channel with too few beats is not judged, and has no score of either', () => {
    const shown = withFirst(({ cadence }) => ({
      cadence: { ...cadence, kind: 'too-few-beats', score: null, structured: null, rita: null },
    }));
    expect(words(shown)).toMatch(/Cadence score – not judged .* RITA v5 score – /);
  });
});

describe('the cadence of a channel', () => {
  it('names further periods, on and off, and what is off the rhythm', () => {
    const shown = withFirst(({ cadence }) => ({
      cadence: { ...cadence, clutter: 0.25, cycle: { onMs: 600_000, offMs: 1_200_000 }, periodsMs: [60_000, 900_000] },
    }));
    expect(words(shown)).toContain('Periods, strongest first 60 s, 15 min');
    expect(words(shown)).toContain('Works and pauses 10 min on, 20 min off');
    expect(words(shown)).toContain('Beats off the rhythm 25 %');
  });
});

describe('a channel of several destinations', () => {
  const hosts = [...'abcdefghi'].map((letter) => `${letter}pple.brightlamp.example`);
  const records = beats('none.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE }, (i) => ({
    destination: { host: hosts[i]!, port: 443 },
  }));
  const page = reportPage(judged('torch', session(HOUR, records)));

  it('is named by what they share, in the raster and in its card', () => {
    const row = /<a href="#channel-c1">[\s\S]*?<\/tr>/.exec(page)![0];
    expect(words(row)).toMatch(/^ ?brightlamp.example 9 destinations · unknown owner/);
    expect(words(card(page))).toContain('brightlamp.example ✗ unexplained');
  });

  it('lists every member with its beats, and each beat with the one that it began with', () => {
    const shown = words(card(page));
    expect(shown).toContain('They share one registrable domain ( brightlamp.example ).');
    expect(shown).toContain('no more than 1 beat began with one');
    for (const host of hosts) expect(shown).toContain(`${host}:443 1 beat`);
    expect(shown).toContain('15:00 apple.brightlamp.example:443 background');
  });

  it('a channel of one destination has no such list and no such column', () => {
    const alone = words(card(reportPage(torchReport())));
    expect(alone).not.toContain('as one channel');
    expect(alone).not.toContain('Began with');
  });
});
