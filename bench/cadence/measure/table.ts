/** Rows as text: the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const text = (row: readonly string[]): string =>
    widths
      .map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  return [text(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(text)].join('\n');
}

/** A share as percent; a dash for none. */
export function percent(share: number | null, decimals = 1): string {
  return share === null ? '-' : `${(share * 100).toFixed(decimals)} %`;
}

/** "AUC / true positives": .998/97.3. */
export function pair(auc: number | null, truePositives: number): string {
  return `${auc === null ? '-' : auc.toFixed(4)}/${(truePositives * 100).toFixed(1)}`;
}
