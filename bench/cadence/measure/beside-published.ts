import { ORDINARY } from '../generator/reference.ts';
import { PUBLISHED, PUBLISHED_METHODS, PUBLISHED_MACRO, type Figure } from './published.ts';
import type { ScoreCard } from './score-card.ts';
import { table } from './table.ts';
import { fewestUnlisted, unlisted } from './unlisted.ts';

/**
 * How near a set is to the trial: what each public baseline makes of it, beside what the trial published. null where the
 * window is not one of the trial's, or a baseline was not asked.
 */
export function besidePublished(cards: readonly ScoreCard[]): string | null {
  const minutes = (cards[0]?.windowSeconds ?? 0) / 60;
  const macro = PUBLISHED_MACRO[minutes];
  const asked = PUBLISHED_METHODS.map((name) => cards.find(({ method }) => method === name));
  if (!macro || asked.some((card) => card === undefined)) return null;
  const families = minutes === 15 ? Object.keys(PUBLISHED) : [];
  const rows = families.map((family) => [
    family,
    ...asked.map((card, i) => cell(PUBLISHED[family]![i]!, figureOf(card!, family))),
  ]);
  const measured = (family: string): boolean => asked[0]!.c2.some((one) => one.family === family);
  const listed = families.filter(measured);
  const others = minutes === 15 ? ORDINARY.filter(measured) : [];
  const residual = unlisted(fewestUnlisted());
  const mean = asked.map((card, i) =>
    cell(
      meanOf(listed.map((family) => PUBLISHED[family]![i]!)),
      meanOf(listed.map((family) => figureOf(card!, family)!)),
    ),
  );
  const ordinary = asked.map((card, i) =>
    cell(
      [Math.min(1, residual[i]!.auc[1]), residual[i]!.percent[1]],
      meanOf(others.map((family) => figureOf(card!, family)!)),
    ),
  );
  const whole = asked.map((card, i) =>
    cell(macro[i]!, card!.macro && [card!.macro.auc, 100 * card!.macro.truePositives]),
  );
  return [
    'Published | measured here: how near this set is to the published one',
    table(
      ['', ...PUBLISHED_METHODS],
      [
        ...rows,
        ...(listed.length > 0 ? [['mean of these rows', ...mean]] : []),
        ...(others.length > 0 ? [[`${others.length} ordinary classes`, ...ordinary]] : []),
        ['macro', ...whole],
      ],
    ),
    `Means leave push-tasked out. The published macro lies above the mean of its rows: it holds at least ${fewestUnlisted()} easier classes that were not listed, whose mean the published side of their row infers from it.`,
  ].join('\n');
}

function figureOf({ c2, timeless }: ScoreCard, family: string): Figure | null {
  const found = [...c2, ...timeless].find((one) => one.family === family);
  return found && found.auc !== null ? [found.auc, 100 * found.truePositives] : null;
}

function meanOf(figures: readonly Figure[]): Figure {
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  return [mean(figures.map(([auc]) => auc)), mean(figures.map(([, percent]) => percent))];
}

function cell(published: Figure, measured: Figure | null): string {
  return `${shown(published)} | ${measured ? shown(measured) : '-'}`;
}

function shown([auc, percent]: Figure): string {
  return `${auc.toFixed(2)}/${percent.toFixed(0)}`;
}
