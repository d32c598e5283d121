import type { Readable } from 'node:stream';
import { Fault } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import { bundleTar } from '../export/bundle-tar.ts';
import type { Service } from '../service.ts';
import { bundleManifest } from '../store/archive.ts';
import { viewReport } from '../store/report-views.ts';
import { note } from './noted.ts';
import { permit } from './permit.ts';

/**
 * The evidence of a report as tar, unmasked: hence an entry in the audit log before the first byte leaves.
 * @throws Fault `report-unknown`, `bundle-missing`, `artefact-removed`
 */
export async function downloadBundle(
  service: Service,
  actor: Actor | null,
  reportId: string,
  signal: AbortSignal,
): Promise<{ content: Readable; name: string }> {
  permit(actor, 'submitter');
  const { id, bundle, run } = await viewReport(service.ledger, reportId, actor);
  if (bundle === null) throw new Fault('bundle-missing', `${id} rests on no sealed evidence`);
  await bundleManifest(service.files, bundle, signal); // missing evidence is told before the answer has begun
  await note(service, actor, { act: 'downloaded-bundle', subject: id, detail: { bundle } });
  return { content: bundleTar(service.files, bundle, signal), name: `${run ?? id}.tar` };
}
