import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const NAMES = ['sleeptalk.css', 'app.js', 'live.js', 'plots.js', 'submit.js', 'swap.js', 'icon.svg'] as const;

export type AssetName = (typeof NAMES)[number];

/** A file that pages load: read once, named by its digest, so that browsers may keep it for ever. */
export interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
  /** Head of the SHA-256 of the bytes. */
  readonly version: string;
}

export const ASSETS: ReadonlyMap<string, Asset> = new Map(
  NAMES.map((name) => {
    const bytes = readFileSync(new URL(`./assets/${name}`, import.meta.url));
    const version = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return [name, { bytes, version, type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream' }];
  }),
);

/** Address of an asset in the version that this process serves. */
export function assetPath(name: AssetName): string {
  return `/assets/${name}?v=${ASSETS.get(name)?.version ?? ''}`;
}
