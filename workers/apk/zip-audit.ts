import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';
import { descriptorDisagreement, readLocalHeader, type LocalHeader } from './zip-local.ts';

const ENCRYPTED_FLAG = 0x1;
const STORED = 0;
const DEFLATED = 8;
const MOST_USUAL_EXTRA_BYTES = 32_768;

/**
 * Looks at every entry, also at those that nobody reads, for what build tools do not write: the tricks by which a file
 * unpacks for Android and not for an analyst. Nothing here ends the reading.
 */
export function auditZip(archive: ZipArchive): void {
  const spans: { readonly entry: ZipEntry; readonly end: number }[] = [];
  const lowerCase = new Map<string, string>();
  for (const entry of archive.entries.values()) {
    auditPath(archive, entry, lowerCase);
    if ((entry.flags & ENCRYPTED_FLAG) !== 0) {
      const detail = `The entry ${printable(entry.path)} is marked as encrypted; Android ignores the mark.`;
      archive.oddities.add('zip-encrypted-flag', entry.path, detail);
    }
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      const detail = `${printable(entry.path)} names the unknown compression method ${entry.method}; read as Android reads it.`;
      archive.oddities.add('zip-unknown-method', entry.path, detail);
    }
    try {
      const header = readLocalHeader(archive, entry);
      auditHeader(archive, entry, header);
      spans.push({ entry, end: header.end });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      archive.oddities.add('zip-local-header', entry.path, error.detail);
    }
  }
  spans.sort((one, other) => one.entry.headerOffset - other.entry.headerOffset);
  let before = spans[0];
  for (const span of spans.slice(1)) {
    if (before !== undefined && span.entry.headerOffset < before.end) {
      const detail = `${printable(span.entry.path)} begins inside ${printable(before.entry.path)}.`;
      archive.oddities.add('zip-overlap', span.entry.path, detail);
    }
    if (before === undefined || span.end > before.end) before = span;
  }
}

function auditHeader(archive: ZipArchive, entry: ZipEntry, header: LocalHeader): void {
  const { oddities } = archive;
  if (header.refusal !== null) oddities.add('zip-local-header', entry.path, header.refusal);
  if (header.method !== entry.method) {
    const detail = `${printable(entry.path)} has the method ${entry.method}, but ${header.method} in its local header.`;
    oddities.add('zip-local-header', entry.path, detail);
  }
  const disagreement = descriptorDisagreement(archive, entry, header);
  if (disagreement !== null) oddities.add('zip-data-descriptor', entry.path, disagreement);
  if (header.extraBytes > MOST_USUAL_EXTRA_BYTES) {
    oddities.add(
      'zip-extra-field',
      entry.path,
      `${printable(entry.path)} has ${header.extraBytes} bytes of extra fields.`,
    );
  }
}

/** Names that would leave a folder, or hide another name, where somebody unpacks them. We write no entry to a disk. */
function auditPath(archive: ZipArchive, { path }: ZipEntry, lowerCase: Map<string, string>): void {
  const trick = SUSPECT.test(path) || path.length > MOST_PATH_CHARACTERS ? trickOf(path) : null;
  if (trick !== null) archive.oddities.add('zip-path', path, `The entry name "${printable(path)}" ${trick}.`);
  // res/ of shrunk apps holds names that differ in case only: there it is no trick.
  if (path.startsWith('res/') || path.startsWith('r/') || path.startsWith('META-INF/')) return;
  const bare = path.toLowerCase().replace(/\/+$/, '');
  const twin = lowerCase.get(bare);
  if (twin === undefined) {
    lowerCase.set(bare, path);
    return;
  }
  const detail = `The entry names "${printable(twin)}" and "${printable(path)}" are one on a disk that ignores case.`;
  archive.oddities.add('zip-path', path, detail);
}

/** Whatever {@link trickOf} could find has one of these. */
const SUSPECT = /\.\.|[\u0000-\u001f\u007f\\:]|^\/|^[Acr][^/]*\.(xml|arsc|dex)\//;
const MOST_PATH_CHARACTERS = 1024;

function trickOf(path: string): string | null {
  if (/(^|[\\/])\.\.([\\/]|$)/.test(path)) return 'leads out of the folder it is unpacked to';
  if (/^([\\/]|[A-Za-z]:)/.test(path)) return 'is absolute';
  if (/^(AndroidManifest\.xml|resources\.arsc|classes\d*\.dex)[\\/]/.test(path)) return 'makes a folder of a file';
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'holds a control character or a backslash';
  if (path.length > MOST_PATH_CHARACTERS) return `is ${path.length} characters long`;
  return null;
}
