import { Readable } from 'node:stream';
import { recordArtefacts } from '../orchestrator/store/artefacts.ts';
import type { FileStore } from '../orchestrator/store/files.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import type { LiveReport } from './live.ts';
import { MOST_SCREEN_BYTES, type ScreenShot } from './screens.ts';

const DEADLINE_MS = 30_000;

/** Stores a picture for those who watch, and tells them of it; the evidence bundle has the same bytes. */
export async function keepScreen(
  { ledger, files }: { readonly ledger: Pick<Ledger, 'db'>; readonly files: Pick<FileStore, 'add'> },
  { submission, run }: { readonly submission: string; readonly run: string },
  { name, png, atMs, phase }: ScreenShot,
  live: Pick<LiveReport, 'tell'>,
): Promise<void> {
  const options = { limitBytes: MOST_SCREEN_BYTES, signal: AbortSignal.timeout(DEADLINE_MS) };
  const { sha256, sizeBytes } = await files.add(Readable.from([png]), options);
  await recordArtefacts(ledger, [{ sha256, class: 'screen', submission, run, name, sizeBytes }]);
  live.tell({ type: 'screen', sha256, contentType: 'image/png', atMs, phase });
}
