import { createRequire } from 'node:module';

/** Versions of what the capture rests on, for the provenance of a report. */
export function captureTools(): Record<string, string> {
  const manifest = createRequire(import.meta.url)('http-mitm-proxy/package.json') as { version: string };
  return {
    'http-mitm-proxy': manifest.version,
    node: process.versions.node,
    openssl: process.versions.openssl,
    nghttp2: process.versions['nghttp2'] ?? 'unknown',
  };
}
