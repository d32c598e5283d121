import { describe, expect, it } from 'vitest';
import {
  bytesWords,
  durationWords,
  hostWords,
  listWords,
  percentWords,
  phaseWords,
  windowWords,
} from '../../workers/judge/words.ts';

describe('the words of a report', () => {
  it.each([
    [400, '0.4 s'],
    [9_960, '10 s'],
    [45_400, '45 s'],
    [300_000, '300 s'],
    [600_000, '600 s'],
    [900_000, '15 min'],
    [3_600_000, '60 min'],
    [21_600_000, '6 h'],
  ])('%d ms is a period of %s', (ms, words) => expect(durationWords(ms)).toBe(words));

  it.each([
    [240_000, '4 min'],
    [2_940_000, '49 min'],
    [7_200_000, '2 h'],
  ])('%d ms is a window of %s', (ms, words) => expect(windowWords(ms)).toBe(words));

  it.each([
    [412, 9, '412 ± 9 bytes'],
    [412, 0, '412 bytes'],
    [412.5, 8.5, '413 ± 9 bytes'],
    [31_000, 200, '31 ± 0.2 kB'],
    [250_000, null, '250 kB'],
    [12_340_000, 0, '12.3 MB'],
  ])('%d with spread %d is "%s"', (centre, spread, words) => expect(bytesWords(centre, spread)).toBe(words));

  it.each([
    [0, '0 %'],
    [0.0049, 'under 1 %'],
    [0.02, '2 %'],
    [1, '100 %'],
  ])('%d is %s', (share, words) => expect(percentWords(share)).toBe(words));

  it('phases come in their order, whatever the order they are given in', () => {
    expect(phaseWords(['doze', 'background', 'locked'])).toBe('in background, while locked and in Doze');
    expect(phaseWords(['doze'])).toBe('in Doze');
  });

  it('lists end in "and"', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listWords)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });

  it('a host is bounded and printable', () => {
    expect(hostWords({ host: `a\n${'b'.repeat(300)}`, port: 443 })).toBe(`a\\u000a${'b'.repeat(93)}…:443`);
  });
});
