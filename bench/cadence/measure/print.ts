import { pair, percent, table } from './table.ts';
import type { ClassFigures, ScoreCard } from './score-card.ts';

/** The cards of one window, side by side, as text. */
export function printed(cards: readonly ScoreCard[], series: number): string {
  const [first] = cards;
  if (!first) return '';
  const methods = cards.map(({ method }) => method);
  const across = (
    pick: (card: ScoreCard) => readonly ClassFigures[],
    show: (one: ClassFigures) => string,
  ): string[][] => pick(first).map((row, i) => [row.family, ...cards.map((card) => show(pick(card)[i]!))]);
  const sections = [
    `${first.windowSeconds / 60} minutes, ${series} series a class, against ${series * first.aperiodic.length} aperiodic series`,
    '',
    'AUC / true positives (%) at 1 % false positives',
    table(
      ['', ...methods],
      [
        ...across(
          (card) => card.c2,
          (one) => pair(one.auc, one.truePositives),
        ),
        ['macro', ...cards.map(({ macro }) => (macro ? pair(macro.auc, macro.truePositives) : '-'))],
        ...across(
          (card) => card.timeless,
          (one) => pair(one.auc, one.truePositives),
        ),
        ...across(
          (card) => card.periodic,
          (one) => `(${pair(one.auc, one.truePositives)})`,
        ),
      ],
    ),
    'Push-tasked series are not in the macro average; in brackets: benign timers, which cadence cannot tell apart.',
    '',
    'Aperiodic families: share (%) above the pooled 1 % threshold',
    table(
      ['', ...methods],
      across(
        (card) => card.aperiodic,
        (one) => (one.truePositives * 100).toFixed(1),
      ),
    ),
    ...cards.flatMap((card) => decisions(card)),
  ];
  return sections.join('\n');
}

/** What a method that decides for itself decided, and the periods it gave. */
function decisions(card: ScoreCard): string[] {
  const rows = [...card.c2, ...card.timeless, ...card.periodic, ...card.aperiodic];
  if (rows.every(({ decided }) => decided === null)) return [];
  return [
    '',
    `${card.method}: its own decision (threshold for 1 % of the pooled negatives: ${card.threshold.toFixed(3)})`,
    table(
      ['', 'structured', 'no score'],
      rows.map((one) => [one.family, percent(one.decided), percent(one.silent)]),
    ),
    '',
    `${card.method}: periods within 10 % of the truth, of C2 called structured`,
    table(
      ['jitter', 'detected', 'right'],
      card.periods.map(({ jitter, detected, right }) => [jitter, String(detected), percent(right)]),
    ),
  ];
}
