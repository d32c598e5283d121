import type { SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { verifyBlockSignature } from './block-signature.ts';
import { verifyJarSignature } from './jar-signature.ts';
import { findSigningBlock, SIGNATURE_BLOCK } from './signing-block.ts';
import type { ZipArchive } from './zip.ts';

/**
 * The signing certificates that a device takes: those of v3.1 and v3, else of v2, else of v1. Stronger schemes hide
 * weaker ones, as on the platform.
 * @throws Fault apk-unsigned where there is no signature, or where the strongest one does not hold
 */
export function readSignatures(
  archive: ZipArchive,
  signal: AbortSignal,
): { certificates: SigningCertificate[]; warnings: string[] } {
  const block = findSigningBlock(archive);
  const value = (scheme: keyof typeof SIGNATURE_BLOCK): Buffer | undefined => block?.pairs.get(SIGNATURE_BLOCK[scheme]);
  const schemes = (['v3.1', 'v3'] as const).filter((scheme) => value(scheme) !== undefined);
  const chosen = schemes.length > 0 ? schemes : value('v2') === undefined ? [] : (['v2'] as const);
  if (block !== null && chosen.length > 0) {
    const results = chosen.map((scheme) =>
      verifyBlockSignature(archive, block, scheme, value(scheme) ?? Buffer.alloc(0), schemes.length > 0),
    );
    return {
      certificates: unique(results.flatMap((result) => result.certificates)),
      warnings: results.flatMap((result) => result.warnings),
    };
  }
  const certificates = verifyJarSignature(archive, signal);
  if (certificates.length === 0) {
    throw new Fault('apk-unsigned', 'There is neither a signing block (v2, v3) nor a signature file in META-INF (v1).');
  }
  return { certificates: unique(certificates), warnings: [] };
}

function unique(certificates: readonly SigningCertificate[]): SigningCertificate[] {
  const byDigest = new Map<string, SigningCertificate>();
  for (const certificate of certificates) {
    if (!byDigest.has(certificate.sha256)) byDigest.set(certificate.sha256, certificate);
  }
  return [...byDigest.values()];
}
