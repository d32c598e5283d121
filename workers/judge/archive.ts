// In: what the reader of the APK found odd in the file. Out: one finding beside the others, and a question: it is
// evidence of hiding from analysts, never of behaviour, so it decides nothing.
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Finding } from '../../orchestrator/contract/report.ts';
import { countWords, listWords } from './words.ts';

/** Kinds that are named in a sentence. */
const MOST_KINDS = 4;

/** null where nothing is odd. */
export function unusualArchive(facts: ApkFacts | null): Omit<Finding, 'id'> | null {
  const words = oddWords(facts);
  if (words === null) return null;
  const file = facts!.files[0]?.fileName ?? 'the APK';
  return {
    channel: null,
    kind: 'unusual-archive',
    title: 'Marks of hiding in the file',
    sentence: `The APK departs from what build tools write in ${words}: tools that hide an app from analysts leave such marks, which prove no intent by themselves.`,
    evidence: facts!.oddities!.slice(0, 20).map(({ kind, where, detail }) => ({
      file: printable(file, 120),
      lines: [],
      text: `${printable(kind, 60)}, ${printable(where, 120)}: ${printable(detail, 200)}`,
    })),
  };
}

export function archiveQuestion(facts: ApkFacts | null): string | null {
  const words = oddWords(facts);
  return words === null ? null : `Which tool wrote the APK, which departs from what build tools write in ${words}?`;
}

/** "3 places (zip-encrypted-flag and xml-trailing-bytes)" */
function oddWords(facts: ApkFacts | null): string | null {
  const oddities = facts?.oddities ?? [];
  if (oddities.length === 0) return null;
  const kinds = [...new Set(oddities.map(({ kind }) => printable(kind, 60)))].sort();
  const rest = kinds.length > MOST_KINDS ? [`${kinds.length - MOST_KINDS} further kinds`] : [];
  return `${countWords(oddities.length, 'place')} (${listWords([...kinds.slice(0, MOST_KINDS), ...rest])})`;
}
