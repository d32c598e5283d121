/** One section of a JAR manifest: header names in lower case. */
export type JarSection = ReadonlyMap<string, string>;

/**
 * Sections of MANIFEST.MF or a .SF file (JAR File Specification): headers `Name: value`, continued on lines that begin
 * with a space, sections apart by empty lines. The first one is the main section. Lines that are no header are skipped.
 * Of `most` sections the first ones are read.
 */
export function jarSections(bytes: Buffer, most = Infinity): JarSection[] {
  const sections: Map<string, string>[] = [];
  let current: Map<string, string> | null = null;
  // A continuation cuts in the middle of UTF-8 characters, so lines are joined as bytes and decoded afterwards.
  const unfolded = bytes.toString('latin1').replace(/\r\n?/g, '\n').replace(/\n /g, '');
  for (const line of unfolded.split('\n')) {
    if (line === '') {
      if (sections.length >= most) break;
      current = null;
      continue;
    }
    const colon = line.indexOf(': ');
    if (colon <= 0) continue;
    if (current === null) {
      current = new Map();
      sections.push(current);
    }
    current.set(line.slice(0, colon).toLowerCase(), Buffer.from(line.slice(colon + 2), 'latin1').toString('utf8'));
  }
  return sections;
}
