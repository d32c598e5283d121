import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../orchestrator/contract/fault.ts';
import { archiveBundle, fetchBundle } from '../orchestrator/store/archive.ts';
import { recordArtefacts } from '../orchestrator/store/artefacts.ts';
import { readBundle, type SealedBundle } from '../orchestrator/store/bundles.ts';
import type { FileStore } from '../orchestrator/store/files.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import { listRuns, type Run } from '../orchestrator/store/runs.ts';

interface Shelf {
  readonly ledger: Pick<Ledger, 'db'>;
  readonly files: FileStore;
  /** Folder of evidence bundles on this machine. */
  readonly evidence: string;
}

/** Puts a sealed bundle into the store of files, where every machine finds it by its digest, and records each file. */
export async function keepBundle(
  { ledger, files }: Shelf,
  submission: string,
  sealed: SealedBundle,
  signal: AbortSignal,
): Promise<void> {
  const archived = await archiveBundle(files, sealed, signal);
  const { run } = sealed;
  await recordArtefacts(
    ledger,
    archived.map((file) => ({ ...file, class: 'evidence', submission, run })),
  );
}

/** The last run of a submission that was sealed; null where there is none. */
export async function sealedRunOf(
  ledger: Pick<Ledger, 'db'>,
  submission: string,
): Promise<(Run & { readonly bundle: string }) | null> {
  const run = (await listRuns(ledger, submission)).findLast(({ state }) => state === 'sealed');
  return run === undefined || run.bundle === null ? null : { ...run, bundle: run.bundle };
}

/** A bundle to read; what was fetched for it goes away when disposed. */
export type BundleInHand = SealedBundle & AsyncDisposable;

/**
 * The bundle of a run with every digest checked: from this machine where it was sealed here, else fetched.
 * @throws Fault `bundle-broken`, `bundle-missing`, `artefact-*`, `store-failed`
 */
export async function takeBundle(
  shelf: Shelf,
  run: Pick<Run, 'id' | 'directory'> & { readonly bundle: string },
  signal: AbortSignal,
): Promise<BundleInHand> {
  if (run.directory !== null) {
    const here = await readBundle(run.directory, run.bundle).catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'bundle-missing') return null; // sealed elsewhere
      throw error;
    });
    if (here !== null) return { ...here, [Symbol.asyncDispose]: async () => undefined };
  }
  await mkdir(shelf.evidence, { recursive: true });
  const folder = await mkdtemp(join(shelf.evidence, 'fetched-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const fetched = await fetchBundle(shelf.files, run.bundle, join(folder, run.id), signal);
    return { ...fetched, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
