/**
 * At most `most` of the items, evenly spaced, the first and the last among them: a plot of more marks than it has pixels
 * shows nothing more, and takes seconds to draw.
 */
export function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))] as Item,
  );
}
