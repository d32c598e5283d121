import type { SignatureCheck, Signing } from '../../orchestrator/contract/apk.ts';
import type { BlockSigner } from './block-signature.ts';

/** What checking one scheme gave. */
export interface SchemeResult {
  readonly scheme: SignatureCheck['scheme'];
  readonly state: SignatureCheck['state'];
  readonly reason: string | null;
  readonly signers: readonly BlockSigner[];
}

/** Stands for whatever comes after the newest platform that is named anywhere. */
export const NEWEST_API = 9999;

const FIRST_API = { v2: 24, v3: 28, 'v3.1': 33 };
/** From this platform on a file that targets this level or a later one needs v2 (ApkSignatureVerifier, Android 11). */
const V2_DEMANDED_API = 30;

type Decision =
  | { readonly scheme: SignatureCheck['scheme']; readonly signers: string[]; readonly refusal: null }
  | { readonly scheme: null; readonly signers: string[]; readonly refusal: string };

/**
 * Which signature decides on which platform (ApkSignatureVerifier.verifySignatures): the strongest that the platform
 * knows and that is there. Where that one does not hold, the platform looks at no weaker one.
 */
export function decidePlatforms(
  results: readonly SchemeResult[],
  levels: { readonly minSdk: number; readonly targetSdk: number },
): { decide: (api: number) => Decision; ranges: Signing['platforms'] } {
  const of = (scheme: SchemeResult['scheme']): SchemeResult | undefined =>
    results.find((result) => result.scheme === scheme);

  const decide = (api: number): Decision => {
    const rotated = of('v3.1');
    if (api >= FIRST_API['v3.1'] && rotated !== undefined) {
      if (rotated.state !== 'holds') return refused(rotated.reason);
      const signer = signerFor(rotated, api);
      if (signer !== undefined) return taken('v3.1', [signer]);
    }
    const v3 = of('v3');
    if (api >= FIRST_API.v3 && v3 !== undefined) {
      if (v3.state !== 'holds') return refused(v3.reason);
      const signer = signerFor(v3, api);
      if (signer === undefined) return refused(`The v3 signature has no signer for API level ${api}.`);
      if (
        api >= FIRST_API['v3.1'] &&
        signer.rotationFromApi !== null &&
        !rotatesFrom(rotated, signer.rotationFromApi)
      ) {
        return refused('The v3 signature says that a v3.1 signature was there; it has been removed.');
      }
      return taken('v3', [signer]);
    }
    const v2 = of('v2');
    if (api >= FIRST_API.v2 && v2 !== undefined) {
      if (v2.state !== 'holds') return refused(v2.reason);
      if (api >= FIRST_API.v3 && v2.signers.some(({ promisedScheme }) => promisedScheme === 3)) {
        return refused('The v2 signature says that a v3 signature was there; it has been removed.');
      }
      return taken('v2', v2.signers);
    }
    const v1 = of('v1');
    if (v1 === undefined) return refused(`No signature is there that API level ${api} knows.`);
    return v1.state === 'broken' ? refused(v1.reason) : taken('v1', v1.signers);
  };
  return { decide, ranges: rangesOf(decide, results, levels) };
}

function rangesOf(
  decide: (api: number) => Decision,
  results: readonly SchemeResult[],
  { minSdk, targetSdk }: { readonly minSdk: number; readonly targetSdk: number },
): Signing['platforms'] {
  const named = results.flatMap(({ signers }) =>
    signers.flatMap(({ fromApi, toApi }) => [fromApi ?? 0, (toApi ?? 0) + 1]),
  );
  const starts = [minSdk, ...Object.values(FIRST_API), V2_DEMANDED_API, ...named]
    .filter((api) => api >= minSdk && api < NEWEST_API)
    .sort((one, other) => one - other);
  const ranges: Signing['platforms'] = [];
  for (const fromApi of new Set(starts)) {
    const decision = decide(fromApi);
    const tooWeak = decision.scheme === 'v1' && fromApi >= V2_DEMANDED_API && targetSdk >= V2_DEMANDED_API;
    const scheme = tooWeak ? null : decision.scheme;
    const signers = tooWeak ? [] : decision.signers;
    const last = ranges.at(-1);
    if (last?.scheme === scheme && last.signers.join() === signers.join()) continue;
    if (last !== undefined) last.toApi = fromApi - 1;
    ranges.push({ fromApi, toApi: null, scheme, signers });
  }
  return ranges;
}

function signerFor(result: SchemeResult, api: number): BlockSigner | undefined {
  return result.signers.find(({ fromApi, toApi }) => api >= (fromApi ?? 0) && api <= (toApi ?? Infinity));
}

function rotatesFrom(rotated: SchemeResult | undefined, api: number): boolean {
  return rotated !== undefined && Math.min(...rotated.signers.map(({ fromApi }) => fromApi ?? 0)) === api;
}

function taken(scheme: SignatureCheck['scheme'], signers: readonly BlockSigner[]): Decision {
  return { scheme, signers: signers.map(({ certificate }) => certificate.sha256), refusal: null };
}

function refused(reason: string | null): Decision {
  return { scheme: null, signers: [], refusal: reason ?? 'The signature was not checked.' };
}
