import { describe, expect, it } from 'vitest';
import { reportPage } from '../../orchestrator/web/report/page.ts';
import { torchReport } from '../support/report.ts';

/** An app that reaches `count` destinations, `each` times each; the first three of them are unexplained. */
function busy(count: number, each: number) {
  const [model] = torchReport().channels;
  const [beat] = model!.beats;
  return torchReport({
    channels: Array.from({ length: count }, (_, index) => ({
      ...model!,
      id: `c${index}`,
      explained: index >= count - 3 ? false : true,
      suspicion: index >= count - 3 ? 0.9 : 0.1,
      destination: { host: `h${index}.example`, port: 443 },
      grouping: { ...model!.grouping, value: `h${index}.example:443` },
      beats: Array.from({ length: each }, (_one, number) => ({
        ...beat!,
        atMs: (number * 3_600_000) / each,
        upBytes: 300 + number,
        lines: [index * each + number + 1],
      })),
    })),
    findings: [],
  });
}

describe('the report of an app that talks to thousands', () => {
  it('stays a page that a browser opens, the unexplained channels first', () => {
    const page = reportPage(busy(3000, 4));
    expect(page.length).toBeLessThan(5_000_000);
    expect(page).toContain('2850 less urgent channels are in report.json.');
    expect(page).toMatch(/id="channel-c2999"/);
    expect(page).not.toMatch(/id="channel-c2000"/);
  });

  it('draws many beats as one stroke path, once for each place', () => {
    const page = reportPage(busy(3, 5000));
    expect(page.length).toBeLessThan(2_000_000);
    const [row = ''] = /<svg\s+class="raster"[\s\S]*?<\/svg>/.exec(page) ?? [];
    expect(row.match(/class="beat /g)).toHaveLength(1);
    // 5000 beats lie on the 1000 places from 0 to 1000, where the last rounds up.
    expect(row.match(/M\d+ 3V37/g)).toHaveLength(1001);
    expect(row).toContain('5000 beats to');
  });

  it('has no link that leads nowhere', () => {
    const page = reportPage(busy(400, 3));
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(links.filter((link) => !ids.has(link ?? ''))).toEqual([]);
  });
});
