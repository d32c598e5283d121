/** The table's own entry of a name from outside; undefined too for names that every object inherits (`toString`). */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
