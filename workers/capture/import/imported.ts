import type { CaptureLine } from '../../capture-reader.ts';

/** What any importer hands to the judge: records as if a recorder had written them, and how much could not be read. */
export interface ImportedCapture {
  readonly records: readonly CaptureLine[];
  /** Packets, rows or entries that could not be read. */
  readonly skippedLines: number;
  /** Bytes of the file that could not be interpreted. */
  readonly unreadBytes: number;
  /** Sentences for the report: what was seen, what was not, and why. */
  readonly notes: readonly string[];
  /** SHA-256 of the file as read, in hex. */
  readonly digest: string;
}
