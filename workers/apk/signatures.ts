import type { SignatureCheck, Signing, SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { verifyBlockSignature, type BlockScheme, type BlockSigner } from './block-signature.ts';
import { contentDigests } from './content-digest.ts';
import { jarSigners, verifyJarSignature } from './jar-signature.ts';
import { decidePlatforms, NEWEST_API, type SchemeResult } from './signature-platforms.ts';
import { findSigningBlock, otherBlocks, SIGNATURE_BLOCK } from './signing-block.ts';
import type { ZipArchive } from './zip.ts';

export interface SignatureFacts {
  /** Of the strongest scheme; for v3.1 also the signers of v3, which older platforms take. */
  readonly certificates: SigningCertificate[];
  readonly signing: Signing;
}

const FIRST_V2_API = 24;

/**
 * Every signature of the file, and which one decides on which platform. A signature that does not hold, beside one
 * that hides it from all devices, is a fact; where the newest platform would refuse the file, that is a Fault.
 * @throws Fault apk-unsigned, apk-malformed
 */
export function readSignatures(
  archive: ZipArchive,
  levels: { readonly minSdk: number; readonly targetSdk: number },
  signal: AbortSignal,
): SignatureFacts {
  const block = findSigningBlock(archive);
  const results: SchemeResult[] = [];
  if (block !== null) {
    const digests = contentDigests(archive, block.offset);
    for (const scheme of ['v3.1', 'v3', 'v2'] as const) {
      const value = block.pairs.get(SIGNATURE_BLOCK[scheme]);
      if (value !== undefined) results.push(attempt(scheme, () => verifyBlockSignature(value, scheme, digests)));
    }
  }
  const alone = results.length === 0;
  if (jarSigners(archive).length > 0) results.push(jarResult(archive, alone, signal));
  if (results.length === 0) {
    throw new Fault('apk-unsigned', 'There is neither a signing block (v2, v3) nor a signature file in META-INF (v1).');
  }
  const platforms = decidePlatforms(results, levels);
  const newest = platforms.decide(NEWEST_API);
  if (newest.refusal !== null) throw new Fault('apk-unsigned', newest.refusal);
  return {
    certificates: deciding(results),
    signing: {
      schemes: results.map(checkOf),
      platforms: platforms.ranges,
      lineage: longestLineage(results),
      otherBlocks: block === null ? [] : otherBlocks(block),
    },
  };
}

/** v1 covers each entry apart, which is slow: they are checked where no stronger signature hides it. */
function jarResult(archive: ZipArchive, alone: boolean, signal: AbortSignal): SchemeResult {
  const result = attempt('v1', () =>
    verifyJarSignature(archive, alone, signal).map((certificate) => ({
      certificate,
      fromApi: null,
      toApi: null,
      lineage: [],
      rotationFromApi: null,
      promisedScheme: null,
    })),
  );
  if (alone || result.state !== 'holds') return result;
  const reason = `Beside a stronger signature only platforms below API level ${FIRST_V2_API} look at it.`;
  return { ...result, state: 'unchecked', reason };
}

function attempt(scheme: BlockScheme | 'v1', verify: () => BlockSigner[]): SchemeResult {
  try {
    return { scheme, state: 'holds', reason: null, signers: verify() };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'apk-too-large') throw error;
    return { scheme, state: 'broken', reason: error.detail, signers: [] };
  }
}

function deciding(results: readonly SchemeResult[]): SigningCertificate[] {
  const held = results.filter((result) => result.state === 'holds');
  const rotating = held.filter(({ scheme }) => scheme === 'v3.1' || scheme === 'v3');
  const chosen = rotating.length > 0 ? rotating : held.slice(0, 1);
  const byDigest = new Map<string, SigningCertificate>();
  for (const { certificate } of chosen.flatMap((result) => result.signers)) {
    if (!byDigest.has(certificate.sha256)) byDigest.set(certificate.sha256, certificate);
  }
  return [...byDigest.values()];
}

function checkOf({ scheme, state, reason, signers }: SchemeResult): SignatureCheck {
  const from = signers.flatMap(({ fromApi }) => fromApi ?? []);
  const to = signers.flatMap(({ toApi }) => toApi ?? []);
  return {
    scheme,
    state,
    reason,
    signers: signers.map(({ certificate }) => certificate.sha256),
    fromApi: from.length === 0 ? null : Math.min(...from),
    toApi: to.length === 0 ? null : Math.max(...to),
  };
}

function longestLineage(results: readonly SchemeResult[]): Signing['lineage'] {
  const lineages = results.flatMap((result) => result.signers.map((signer) => signer.lineage));
  return lineages.reduce((longest, lineage) => (lineage.length > longest.length ? lineage : longest), []);
}
