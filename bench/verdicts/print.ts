/** What a person reads of a run: the matrix, each app's line, and every miss with the sentence that the report gave. */
import { byApp, isRight, isSlander, matrixOf, shareOf, VERDICTS, type Matrix, type Outcome } from './confusion.ts';

export function printed(outcomes: readonly Outcome[]): string {
  const right = outcomes.filter(isRight);
  const slander = outcomes.filter(isSlander);
  const wrong = outcomes.filter((outcome) => !isRight(outcome));
  const percent = (100 * shareOf(right, outcomes)).toFixed(1);
  return [
    `${right.length} of ${outcomes.length} right (${percent} %). Benign called inconsistent: ${slander.length}.`,
    '',
    ...matrixLines(matrixOf(outcomes)),
    '',
    'By app (right/all; label>verdict of the rest):',
    ...[...byApp(outcomes)].map(([app, its]) => appLine(app, its)),
    '',
    wrong.length === 0 ? 'No miss.' : 'Misses:',
    ...wrong.map(missLines),
  ].join('\n');
}

function matrixLines(matrix: Matrix): string[] {
  const cell = (text: string): string => text.padStart(14);
  return [
    `${'label'.padEnd(14)}${VERDICTS.map(cell).join('')}`,
    ...VERDICTS.map((label) => `${label.padEnd(14)}${VERDICTS.map((to) => cell(String(matrix[label][to]))).join('')}`),
  ];
}

function appLine(app: string, outcomes: readonly Outcome[]): string {
  const wrong = outcomes.filter((outcome) => !isRight(outcome));
  const rest = wrong.map(({ scenario, report }) => `${scenario.label}>${report.verdict}`);
  const counts = [...new Set(rest)].map((one) => `${one} ${rest.filter((other) => other === one).length}`);
  return `  ${app.padEnd(24)} ${outcomes.length - wrong.length}/${outcomes.length}  ${counts.join(', ')}`.trimEnd();
}

function missLines({ scenario, report }: Outcome): string {
  const tags = [scenario.kind, ...(scenario.adversarial ? ['adversarial'] : [])].join(', ');
  return [
    `- ${scenario.name} (${tags}): ${scenario.label}, called ${report.verdict}`,
    `    label: ${scenario.because}`,
    `    report: ${report.sentence}`,
  ].join('\n');
}
