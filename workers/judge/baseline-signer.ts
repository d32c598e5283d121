// In: what the APK's signatures say, and a baseline. Out: whether the baseline counts for this APK, and in words why
// not: another package, another signer, an approval that has run out.
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import type { Baseline } from '../../orchestrator/contract/baseline.ts';
import type { BaselineComparison } from '../../orchestrator/contract/difference.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import { countWords } from './words.ts';

/**
 * What a certificate of the lineage must be trusted with for an update to take over from it
 * (AOSP SigningDetails.CertCapabilities.INSTALLED_DATA).
 */
const INSTALLED_DATA = 1;

export interface Signer {
  /** SHA-256 of the certificates that the newest platform takes; empty where none holds. */
  readonly signers: readonly string[];
  /** Earlier certificates that a proof of rotation ties to the signer, and that it still trusts for updates. */
  readonly before: readonly string[];
}

/** null where there is no APK. */
export function signerOf(facts: ApkFacts | null): Signer | null {
  if (facts === null) return null;
  const newest = facts.signing?.platforms.findLast(({ scheme }) => scheme !== null)?.signers;
  const signers = [...new Set(newest ?? strongest(facts))].sort();
  const lineage = facts.signing?.lineage ?? [];
  const rotated = signers.length === 1 && lineage.at(-1)?.sha256 === signers[0];
  const before = rotated ? lineage.slice(0, -1).filter(({ flags }) => (flags & INSTALLED_DATA) !== 0) : [];
  return { signers, before: before.map(({ sha256 }) => sha256) };
}

/** For inspections of before the reader told platforms apart. */
function strongest({ certificates }: ApkFacts): readonly string[] {
  const held = certificates.filter(({ verified }) => verified);
  const scheme = (['v3.1', 'v3', 'v2', 'v1'] as const).find((one) => held.some((each) => each.scheme === one));
  return held.filter((one) => one.scheme === scheme).map(({ sha256 }) => sha256);
}

/**
 * Android takes an update from exactly the same signers, or from one signer whose lineage holds the earlier one
 * (PackageManagerServiceUtils.verifySignatures, SigningDetails.checkCapability); so does a baseline.
 */
export function sameSigner(approved: readonly string[], { signers, before }: Signer): boolean {
  const same = approved.length === signers.length && approved.every((one) => signers.includes(one));
  return same || (approved.length === 1 && before.includes(approved[0]!));
}

type Standing = Pick<BaselineComparison, 'state' | 'sentence'>;

/** @param on ISO 8601: when the capture was made; null where that is not known. */
export function standingOf(
  baseline: Baseline,
  packageName: string,
  signer: Signer | null,
  on: string | null,
): Standing {
  const whose = `The baseline of ${versionWords(baseline)}, ${approvalWords(baseline)},`;
  const not = 'so it does not count';
  if (packageName !== baseline.package) {
    const other = `is of the package ${printable(baseline.package, 100)}, and this is ${printable(packageName, 100)}`;
    return { state: 'other-package', sentence: `${whose} ${other}, ${not}.` };
  }
  if (signer === null || signer.signers.length === 0) {
    const unknown = 'is bound to a signing certificate, and no APK was given that would show one';
    return { state: 'certificate-unknown', sentence: `${whose} ${unknown}, ${not}.` };
  }
  if (!sameSigner(baseline.certificates, signer)) {
    const [theirs, ours] = [digests(baseline.certificates), digests(signer.signers)];
    const other = `is of an app signed by ${theirs}; this one is signed by ${ours}, and no proof of rotation joins the two`;
    return { state: 'other-certificate', sentence: `${whose} ${other}, ${not}.` };
  }
  const { until } = baseline.approval;
  const day = on === null || Number.isNaN(Date.parse(on)) ? null : new Date(Date.parse(on)).toISOString().slice(0, 10);
  if (until !== null && (day === null || day > until)) {
    const when = day === null ? 'and it is not known when this capture was made' : `and this capture is of ${day}`;
    return { state: 'expired', sentence: `${whose} was approved until ${until}, ${when}, ${not}.` };
  }
  const reason = printable(baseline.approval.reason, 300);
  const end = until === null ? '' : ` until ${until}`;
  const stop = /[.!?…]$/.test(reason) ? '' : '.';
  return {
    state: 'matched',
    sentence: `Compared with ${versionWords(baseline)}, ${approvalWords(baseline)}${end}: “${reason}”${stop}`,
  };
}

/** "version 7 (1.7)" */
export function versionWords({ versionCode, versionName }: Pick<Baseline, 'versionCode' | 'versionName'>): string {
  if (versionCode === null) return 'a version of unknown number';
  return `version ${versionCode}${versionName === null ? '' : ` (${printable(versionName, 60)})`}`;
}

/** "approved by N. N. on 2026-11-22" */
export function approvalWords({ approval }: Pick<Baseline, 'approval'>): string {
  return `approved by ${printable(approval.by)} on ${approval.at.slice(0, 10)}`;
}

function digests(certificates: readonly string[]): string {
  const shown = certificates[0] === undefined ? 'nobody' : `${certificates[0].slice(0, 12)}…`;
  return certificates.length > 1 ? `${shown} and ${countWords(certificates.length - 1, 'other')}` : shown;
}
